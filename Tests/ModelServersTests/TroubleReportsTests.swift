import ModelServers
import Testing

@Suite("When servers without a reply are told of")
struct TroubleReportsTests {
  @Test("at once of one that never replied, then ever more rarely")
  func neverReplied() {
    var reports = TroubleReports(count: 2)
    let told = (0...400).filter { reports.isDue(0, at: 100 + Double($0)) }
    #expect(told == [0, 60, 180])
    let other = reports.isDue(1, at: 200)
    #expect(other)
  }

  @Test("of one that replies only after ten seconds without a reply")
  func replies() {
    var reports = TroubleReports(count: 1)
    reports.noteReply(from: 0, at: 100)
    let told = (100...130).map(Double.init).filter { reports.isDue(0, at: $0) }
    #expect(told == [110])
    reports.noteReply(from: 0, at: 200)
    let early = reports.isDue(0, at: 209)
    #expect(!early)
  }
}
