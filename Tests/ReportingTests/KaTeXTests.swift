import Fingerprints
import Foundation
import ReportPage
import TestSupport
import Testing

@Suite("KaTeX in the page")
struct KaTeXTests {
  private let stand = #"!function(){window.katex={version:"0.16.4",render(){}}}()"#

  private func katex(_ text: String) throws -> KaTeX {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "katex.min.js")
    return try KaTeX(path: folder.path("katex.min.js"))
  }

  @Test("stands in the page with its licence, and the policy names its hash")
  func embedded() throws {
    let katex = try katex(stand)
    #expect(katex.version == "0.16.4")
    let page = String(
      decoding: ReportPage.html(title: "a", data: Array("{}".utf8), katex: katex), as: UTF8.self)
    let digest = Data(SHA256.digest(of: Array(stand.utf8))).base64EncodedString()
    #expect(page.contains("script-src 'sha256-\(digest)' 'sha256-"))
    #expect(page.contains("-->\n<script>\(stand)</script>\n<script>\"use strict\""))
    #expect(page.contains("Copyright (c) 2013-2020 Khan Academy and other contributors"))
  }

  @Test("is refused where it is something else, or would end its element")
  func refused() throws {
    let folder = try TemporaryFolder()
    for (text, expected) in [
      ("alert(1)", "is not KaTeX's script"), (stand + "//</SCRIPT>", "cannot stand inside a page"),
      (stand + "//<!--", "cannot stand inside a page"),
    ] {
      try folder.write(text, to: "k.js")
      let error = #expect(throws: KaTeXError.self) { _ = try KaTeX(path: folder.path("k.js")) }
      #expect(error?.description.contains(expected) == true)
    }
  }

  @Test("is the first of the places where it lies; no place has it, and the page does without")
  func installed() throws {
    let folder = try TemporaryFolder()
    try folder.write(stand.replacing("0.16.4", with: "0.17.0"), to: "b.js")
    let places = ["a.js", "b.js"].map(folder.path)
    #expect(try KaTeX.installed(in: places)?.version == "0.17.0")
    #expect(try KaTeX.installed(in: [places[0]]) == nil)
  }
}
