import Diagnostics
import Testing

@Suite("Text for a terminal")
struct TerminalTextTests {
  @Test(
    "shows what would act as an escape",
    arguments: [
      ("a\u{1B}[31mb", #"a\u{1b}[31mb"#), ("a\nb\rc\td", #"a\nb\rc\td"#), ("a\r\nb", #"a\r\nb"#),
      ("\0\u{7F}\u{85}\u{9B}", #"\u{0}\u{7f}\u{85}\u{9b}"#),
      ("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#),
      ("a\u{202E}b\u{2066}c\u{061C}", #"a\u{202e}b\u{2066}c\u{61c}"#),
      ("a\u{200B}b\u{200D}\u{FEFF}\u{AD}", #"a\u{200b}b\u{200d}\u{feff}\u{ad}"#),
      ("a\u{3164}b\u{115F}\u{E000}\u{E0041}", #"a\u{3164}b\u{115f}\u{e000}\u{e0041}"#),
    ])
  func escapes(text: String, shown: String) { #expect(terminalText(text) == shown) }

  @Test("leaves the rest, of any language, as it is")
  func harmless() {
    for text in ["größe × 2 ≤ π, 東京 é", "e\u{301}", "❤\u{FE0F} 👍", #"\frac{1}{2} "q""#, ""] {
      #expect(terminalText(text).unicodeScalars.elementsEqual(text.unicodeScalars))
    }
  }

  @Test("ends a flood of marks without leaving one out")
  func marks() {
    let flood = terminalText("e" + String(repeating: "\u{301}", count: 5) + "x")
    #expect(
      flood.unicodeScalars.elementsEqual("e\u{301}\u{301}\u{301}\\u{301}\\u{301}x".unicodeScalars))
  }

  @Test("of several lines keeps their line feeds, and nothing else")
  func lines() { #expect(terminalLines("a\u{1B}\n\nb\r\n") == "a\\u{1b}\n\nb\\r\n") }
}
