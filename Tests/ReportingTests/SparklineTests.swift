import Reporting
import Testing

@Suite("Pictures for the terminal")
struct SparklineTests {
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
