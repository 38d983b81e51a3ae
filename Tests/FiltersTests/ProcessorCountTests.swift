import Filters
import Foundation
import Testing

@Suite("processors of a process") struct ProcessorCountTests {
  @Test("are at least one, and none that the machine has not")
  func bounds() {
    let count = ProcessorCount.available
    #expect(count >= 1)
    #expect(count <= ProcessInfo.processInfo.processorCount)
  }

  @Test(
    "are those that a thread's status lists",
    arguments: [
      ("Name:\tsrar\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2),
      ("Cpus_allowed:\t80000000,00000000,f0f0ffff\n", 25),
      ("Cpus_allowed:\t0\n", nil), ("Cpus_allowed_list:\t0-1\n", nil), ("", nil),
    ] as [(String, Int?)])
  func status(text: String, count: Int?) {
    #expect(ProcessorCount.count(ofStatus: text) == count)
  }

  @Test(
    "are no more than a control group's quota is worth, rounded up",
    arguments: [
      ("200000 100000\n", 2), ("150000 100000", 2), ("1000 100000", 1), ("max 100000\n", nil),
      ("0 100000", nil), ("100000 0", nil), ("100000", nil), ("", nil), ("1e400 1", nil),
      ("nan nan", nil),
    ] as [(String, Int?)])
  func quota(text: String, count: Int?) {
    #expect(ProcessorCount.count(ofQuota: text) == count)
  }
}
