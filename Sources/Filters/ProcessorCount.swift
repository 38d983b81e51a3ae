import Foundation

/// How many processors this process may keep busy: as many threads work best.
package enum ProcessorCount {
  /// Those that it may run on, of which a batch system, a container or `taskset` gives it some of the machine's, or what its control group's
  /// quota lets it use at a time.
  ///
  /// More threads would wait for each other's turn at a processor.
  package static var available: Int {
    func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
    let allowed =
      text("/proc/thread-self/status").flatMap(count(ofStatus:))
      ?? ProcessInfo.processInfo.activeProcessorCount
    return max(1, min(allowed, text("/sys/fs/cgroup/cpu.max").flatMap(count(ofQuota:)) ?? allowed))
  }

  /// Of those that the status of a thread lists, as Linux writes it: "Cpus_allowed:", then a hexadecimal mask. nil where it does not.
  package static func count(ofStatus text: String) -> Int? {
    let title = "Cpus_allowed:"
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(title) }) else {
      return nil
    }
    let count = line.dropFirst(title.count).reduce(0) {
      $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0)
    }
    return count > 0 ? count : nil
  }

  /// Whole processors of a control group's quota, such as "150000 100000": microseconds of all processors in each period. nil where there
  /// is none.
  package static func count(ofQuota text: String) -> Int? {
    let numbers = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0
    else { return nil }
    return Int(exactly: (quota / period).rounded(.up))
  }
}
