package import Diagnostics
import Foundation
import JSONLines

/// KaTeX, the library that sets the page's formulas, as it is installed on the computer that makes the page.
package struct KaTeX: Equatable, Sendable {
  /// Where packages put it: Debian's libjs-katex, Debian's node-katex, npm's global folders.
  package static let places = [
    "/usr/share/javascript/katex/katex.min.js", "/usr/share/nodejs/katex/dist/katex.min.js",
    "/usr/local/lib/node_modules/katex/dist/katex.min.js",
    "/usr/lib/node_modules/katex/dist/katex.min.js",
  ]

  /// Such as "0.16.4".
  package let version: String
  let script: [UInt8]

  /// Reads KaTeX's script.
  package init(path: String) throws {
    let script = try bytes(of: path)
    guard let version = Self.version(of: script) else { throw KaTeXError.notKaTeX(path) }
    // A script inside a page ends at the first "</script", and "<!--" changes how the rest is read.
    let text = String(decoding: script, as: UTF8.self).lowercased()
    guard !text.contains("</script"), !text.contains("<!--") else {
      throw KaTeXError.notEmbeddable(path)
    }
    self.version = version
    self.script = script
  }

  /// The first that is there of some files; nil where none is.
  package static func installed(in places: [String] = places) throws -> KaTeX? {
    try places.first { access($0, R_OK) == 0 }.map { try KaTeX(path: $0) }
  }

  /// The version that the script names, as in `version:"0.16.4"`; nil where it is no KaTeX.
  private static func version(of script: [UInt8]) -> String? {
    let text = String(decoding: script, as: UTF8.self)
    guard text.contains("katex"),
      let start = text.firstRange(of: /version:\s*"/)?.upperBound
    else { return nil }
    let version = text[start...].prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    return version.isEmpty ? nil : String(version)
  }
}

/// What can be wrong with a file that is to be KaTeX.
package enum KaTeXError: ToolError, Equatable {
  /// A file that does not say which version of KaTeX it is.
  case notKaTeX(String)
  /// A file that would not stay one script inside a page.
  case notEmbeddable(String)

  package var description: String {
    switch self {
    case .notKaTeX(let path):
      "\(path): is not KaTeX's script; name a katex.min.js, such as that of Debian's libjs-katex"
    case .notEmbeddable(let path):
      "\(path): holds \"</script\" or \"<!--\" and cannot stand inside a page; name another katex.min.js"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}

private func bytes(of path: String) throws -> [UInt8] {
  let reader = try FileReader(path: path)
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = try buffer.withUnsafeMutableBytes { bytes throws(SystemError) in
      try reader.read(into: bytes)
    }
    if count == 0 { return result }
    result += buffer[..<count]
  }
}
