import Reporting
import Testing

@Suite("Text for the terminal")
struct TerminalTextTests {
  @Test("escape sequences, turned directions and floods of marks do not get through")
  func hostile() {
    #expect(terminalText("a\u{1B}[31mb") == "a\u{FFFD}[31mb")
    #expect(terminalText("a\nb\rc\u{2028}d") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d")
    #expect(terminalText("a\u{202E}b\u{2066}c\u{200B}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}")
    let flood = terminalText("e" + String(repeating: "\u{301}", count: 500) + "x")
    #expect(flood.unicodeScalars.count == 5)
    #expect(terminalText("größe × 2 ≤ π, 東京 é") == "größe × 2 ≤ π, 東京 é")
  }

  @Test("a sparkline spans its values, leaves gaps, and averages what does not fit")
  func sparklines() {
    #expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], width: 8) == "▁▂▃▄▅▆▇█")
    #expect(sparkline([7, nil, 0], width: 8) == "█ ▁")
    #expect(sparkline([0, 0, 7, 7], width: 2) == "▁█")
    #expect(sparkline([nil, nil], width: 4).isEmpty)
    #expect(sparkline([2, 2, 2], width: 4) == "▄▄▄")
    #expect(sparkline((0..<1000).map(Double.init), width: 16).count == 16)
  }
}
