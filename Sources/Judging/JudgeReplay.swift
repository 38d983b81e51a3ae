package import Diagnostics
package import JSONLines
import Records

/// What logs hold, by what was asked. Of several answers to the same question the last one counts.
package struct JudgeReplay: Sendable {
  private var entries: [String: JudgeLogEntry] = [:]
  /// What was wrong with the lines that are no entries, such as the half line of a tool that was killed while it wrote.
  package private(set) var unreadable: [StreamError] = []

  /// How many different questions are answered.
  package var count: Int { entries.count }

  /// Holds nothing.
  package init() {}

  /// Reads logs, plain or compressed, in this order.
  package init(paths: [String], maximumLineBytes: Int) throws {
    var unreadable: [StreamError] = []
    let reader = RecordReader(
      paths: paths, maximumLineBytes: maximumLineBytes,
      faults: .passOver { unreadable.append($0) })
    while let record = try reader.next() {
      var entry = try JudgeLogEntry(record.fields)
      // The replies are long, and nobody reads them again.
      entry.reply.text = nil
      entries[entry.request] = entry
    }
    self.unreadable = unreadable
  }

  /// The answer to a question; nil where no log has one.
  package func entry(for fingerprint: String) -> JudgeLogEntry? { entries[fingerprint] }
}

/// What can go wrong with judging as a whole.
package enum JudgingError: ToolError, Equatable {
  /// A replay was asked what its logs do not hold.
  case notInLog(record: String, index: Int, judge: String, LinePosition)
  /// More rollouts could not be judged than may be; what was judged is in the log.
  case tooManyFailures(failed: Int, judged: Int, last: String)

  package var description: String {
    switch self {
    case .notInLog(let record, let index, let judge, let place):
      "\(place): the log has no verdicts of \"\(judge)\" for rollout \(index) of record "
        + "\"\(record)\"; add the log that has them, or give '--replay-missing live'"
    case .tooManyFailures(let failed, let judged, let last):
      "\(failed) of \(judged) rollouts could not be judged, more than '--max-failures' allows; the last because of: "
        + "\(last); with '--log' the next run goes on from here"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .notInLog: .badData
    case .tooManyFailures: .unavailable
    }
  }
}
