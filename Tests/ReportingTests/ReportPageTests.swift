import Fingerprints
import Foundation
import ReportPage
import Testing

@Suite("The page as a file")
struct ReportPageTests {
  private let hostile = Array(
    (#"{"title":"</script><script>alert(1)</script><!-- "# + "\u{2028}\u{2029}" + #" & ]]>"}"#).utf8
  )

  @Test("data cannot end the element that they stand in, and mean the same")
  func escaping() throws {
    let page = String(
      decoding: ReportPage.html(title: "a", data: hostile, katex: nil), as: UTF8.self)
    let opening = #"<script type="application/json" id="data">"#
    let start = try #require(page.firstRange(of: opening)?.upperBound)
    let end = try #require(page[start...].firstRange(of: "</script>")?.lowerBound)
    let data = page[start..<end]
    #expect(!data.contains("<") && !data.contains(">") && !data.contains("&"))
    #expect(!data.contains("\u{2028}") && !data.contains("\u{2029}"))
    let read = try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: String]
    let meant = try JSONSerialization.jsonObject(with: Data(hostile)) as? [String: String]
    #expect(read == meant && read != nil)
  }

  @Test("a title is text")
  func title() {
    let page = String(
      decoding: ReportPage.html(
        title: "<b onload=x>&</title>", data: Array("{}".utf8), katex: nil),
      as: UTF8.self)
    #expect(page.contains("<title>&lt;b onload=x&gt;&amp;&lt;/title&gt;</title>"))
  }

  @Test("names nothing to load, and its policy forbids it")
  func selfContained() throws {
    let page = String(
      decoding: ReportPage.html(title: "a", data: Array("{}".utf8), katex: nil), as: UTF8.self)
    #expect(page.contains("default-src 'none'"))
    #expect(!page.contains("unsafe-inline") && !page.contains("unsafe-eval"))
    for loader in ["src=", "<link", "@import", "url(", "<iframe", "fetch(", "XMLHttpRequest"] {
      #expect(!page.contains(loader), "\(loader)")
    }
    #expect(!page.contains("innerHTML") && !page.contains("outerHTML"))
    // The policy's hashes are those of what stands there.
    for (opening, closing, name) in [
      ("<style>", "</style>", "style-src"), ("\n<script>", "</script>", "script-src"),
    ] {
      let start = try #require(page.firstRange(of: opening)?.upperBound)
      let end = try #require(page[start...].firstRange(of: closing)?.lowerBound)
      let digest = Data(SHA256.digest(of: Array(page[start..<end].utf8))).base64EncodedString()
      #expect(page.contains("\(name) 'sha256-\(digest)'"), "\(name)")
    }
  }
}
