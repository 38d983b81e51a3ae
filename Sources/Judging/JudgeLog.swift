// Every judge call, kept: so that a run can be judged again without asking anybody.

package import Diagnostics
import Foundation
import JSONLines
import Records
import Rubrics

/// One judge call as a log holds it.
package struct JudgeLogEntry: Equatable, Sendable {
  /// The fingerprint of what was asked.
  package let request: String
  package let record: String
  /// The rollout's index among those of its problem.
  package let index: Int
  package let judge: String
  /// The reply as it came; nil where there was none.
  package let reply: String?
  package let outcome: JudgeOutcome
  package let attempts: Int
  package let latencyMilliseconds: Int?

  package init(
    request: String, record: String, index: Int, judge: String, reply: String?,
    outcome: JudgeOutcome, attempts: Int, latencyMilliseconds: Int?
  ) {
    self.request = request
    self.record = record
    self.index = index
    self.judge = judge
    self.reply = reply
    self.outcome = outcome
    self.attempts = attempts
    self.latencyMilliseconds = latencyMilliseconds
  }

  init(_ fields: Fields) throws {
    request = try fields.string("request")
    record = try fields.string("record")
    index = try fields.integer("index")
    judge = try fields.string("judge")
    reply = try fields.stringIfPresent("reply")
    attempts = try fields.integerIfPresent("attempts") ?? 1
    latencyMilliseconds = try fields.integerIfPresent("latency_ms")
    if let reason = try fields.stringIfPresent("error") {
      outcome = .failure(reason: reason)
    } else {
      outcome = .verdicts(try fields.objects("verdicts").map(Verdict.init))
    }
  }

  fileprivate func write(to json: inout JSONWriter) {
    json.object { entry in
      entry.member("request", request)
      entry.member("record", record)
      entry.member("index", index)
      entry.member("judge", judge)
      entry.member(ifPresent: "reply", reply)
      switch outcome {
      case .verdicts(let verdicts): entry.member("verdicts", verdicts)
      case .failure(let reason): entry.member("error", reason)
      }
      entry.member("attempts", attempts)
      entry.member(ifPresent: "latency_ms", latencyMilliseconds)
    }
  }
}

/// A log being written: one line a call, each in one write, so that a killed tool loses no call that had ended.
package final class JudgeLogWriter {
  private let path: String
  private let descriptor: Int32
  private var json = JSONWriter()

  /// Opens a log for appending.
  package init(path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw SystemError("write", path: path) }
  }

  deinit { close(descriptor) }

  package func append(_ entry: JudgeLogEntry) throws(SystemError) {
    json.removeAll()
    entry.write(to: &json)
    let line = json.bytes + [0x0A]
    let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count == line.count else { throw SystemError("write", path: path) }
  }
}

/// What logs hold, by what was asked. Of several answers to the same question the last counts.
package struct JudgeReplay: Sendable {
  private var entries: [String: JudgeLogEntry] = [:]

  /// How many different questions are answered.
  package var count: Int { entries.count }

  /// Reads logs, plain or compressed.
  package init(paths: [String], maximumLineBytes: Int) throws {
    let reader = RecordReader(paths: paths, maximumLineBytes: maximumLineBytes, faults: .stop)
    while let record = try reader.next() {
      let entry = try JudgeLogEntry(record.fields)
      entries[entry.request] = entry
    }
  }

  /// The answer to a question; nil where no log has one.
  package func entry(for fingerprint: String) -> JudgeLogEntry? { entries[fingerprint] }
}

/// What can go wrong with judging as a whole.
package enum JudgingError: ToolError, Equatable {
  /// A replay was asked what its logs do not hold.
  case notInLog(record: String, index: Int, LinePosition)

  package var description: String {
    switch self {
    case .notInLog(let record, let index, let place):
      "\(place): the log has no verdicts for rollout \(index) of record \"\(record)\"; "
        + "add the log that has them, or give '--replay-missing live'"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}
