import Fingerprints

/// One HTML file that needs nothing else, and may load nothing else.
package struct ReportPage {
  /// The scripts in the order in which they build on each other.
  private static let scripts = [
    PackageResources.elements_js, PackageResources.formulas_js, PackageResources.mathematics_js,
    PackageResources.prose_js, PackageResources.charts_js, PackageResources.overview_js,
    PackageResources.trajectories_js, PackageResources.page_js,
  ]

  /// The page of some data.
  ///
  /// The content security policy names the page's script, KaTeX and the one style sheet by their hashes and forbids everything else:
  /// whatever a response holds, the browser runs and loads none of it.
  ///
  /// - Parameter katex: what sets formulas; without it, the page shows their source.
  package static func html(title: String, data: [UInt8], katex: KaTeX?) -> [UInt8] {
    let script =
      Array("\"use strict\";\n(() => {\n".utf8) + scripts.joined(separator: [0x0A])
      + Array("\n})();\n".utf8)
    let style = PackageResources.page_css
    let policy =
      "default-src 'none'; script-src \(katex.map { "'\(source($0.script))' " } ?? "")'\(source(script))'; "
      + "style-src '\(source(style))'; "
      + "base-uri 'none'; form-action 'none'"
    return filled(
      PackageResources.page_html,
      [
        "TITLE": Array(markupText(title).utf8), "POLICY": Array(policy.utf8), "STYLE": style,
        "DATA": scriptData(data), "KATEX": katex.map(element) ?? [], "SCRIPT": script,
      ])
  }

  /// KaTeX as an element of the page, below its licence.
  private static func element(_ katex: KaTeX) -> [UInt8] {
    Array("<!--\n".utf8) + PackageResources.katex_licence_txt + Array("-->\n<script>".utf8)
      + katex.script + Array("</script>\n".utf8)
  }

  private static func source(_ text: [UInt8]) -> String {
    "sha256-" + base64(SHA256.digest(of: text))
  }

  /// A template with every `{{NAME}}` replaced; what is put in is not looked at again.
  private static func filled(_ template: [UInt8], _ values: [String: [UInt8]]) -> [UInt8] {
    var result: [UInt8] = []
    let parts = String(decoding: template, as: UTF8.self).split(
      separator: "{{", omittingEmptySubsequences: false)
    result.append(contentsOf: parts[0].utf8)
    for part in parts.dropFirst() {
      let pieces = part.split(separator: "}}", maxSplits: 1, omittingEmptySubsequences: false)
      result.append(contentsOf: values[String(pieces[0])] ?? [])
      if pieces.count > 1 { result.append(contentsOf: pieces[1].utf8) }
    }
    return result
  }
}
