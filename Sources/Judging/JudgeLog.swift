// Every judge call, kept: so that a run can be judged again without asking anybody.

package import Diagnostics
import Foundation
import JSONLines
import Records
import Rubrics

/// One judge call as a log holds it.
package struct JudgeLogEntry<Entry: JudgementEntry>: Equatable, Sendable {
  /// The fingerprint of what was asked.
  package let request: String
  package let record: String
  /// The rollout's index among those of its problem; nil where the question is about the problem.
  package let index: Int?
  package let judge: String
  package var reply: JudgeReply<Entry>

  package init(
    request: String, record: String, index: Int?, judge: String, reply: JudgeReply<Entry>
  ) {
    self.request = request
    self.record = record
    self.index = index
    self.judge = judge
    self.reply = reply
  }

  /// Types are strict: a verdict whose "satisfied" is the text "false" is an error, never true.
  ///
  /// - Returns: nil for the answer to a question of another kind.
  init?(_ fields: Fields) throws {
    let kind = Entry.kind
    if QuestionKind.allCases.contains(where: { $0 != kind && fields.has($0.rawValue) }) {
      return nil
    }
    request = try fields.string("request")
    record = try fields.string("record")
    index = try fields.integerIfPresent("index")
    judge = try fields.string("judge")
    let outcome: JudgeOutcome<Entry>
    if let reason = try fields.stringIfPresent("error") {
      outcome = .failure(reason: reason)
    } else {
      outcome = .entries(try fields.objects(kind.rawValue).map(Entry.init))
    }
    reply = JudgeReply(
      outcome: outcome, text: try fields.stringIfPresent("reply"),
      attempts: try fields.integer("attempts"),
      latencyMilliseconds: try fields.integerIfPresent("latency_ms"))
    reply.dropped = try fields.integerIfPresent("dropped") ?? 0
  }

  fileprivate func write(to json: inout JSONWriter) {
    json.object { entry in
      entry.member("request", request)
      entry.member("record", record)
      entry.member(ifPresent: "index", index)
      entry.member("judge", judge)
      entry.member(ifPresent: "reply", reply.text)
      switch reply.outcome {
      case .entries(let entries): entry.member(Entry.kind.rawValue, entries)
      case .failure(let reason): entry.member("error", reason)
      }
      entry.member("attempts", reply.attempts)
      entry.member(ifPresent: "latency_ms", reply.latencyMilliseconds)
      if reply.dropped > 0 { entry.member("dropped", reply.dropped) }
    }
  }
}

/// A log being written: one line a call, each in one write, so that a killed tool loses no call that had ended, and tools that
/// run side by side can share a log.
package final class JudgeLogWriter: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Opens a log for appending. Where a killed tool has left half a line, the next entry begins a line of its own.
  package init(path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw SystemError("write", path: path) }
    var last: UInt8 = 0x0A
    let size = lseek(descriptor, 0, SEEK_END)
    if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != 0x0A { try write([0x0A]) }
  }

  deinit { close(descriptor) }

  package func append(_ entry: JudgeLogEntry<some JudgementEntry>) throws(SystemError) {
    var json = JSONWriter()
    entry.write(to: &json)
    try write(json.bytes + [0x0A])
  }

  private func write(_ bytes: [UInt8]) throws(SystemError) {
    while true {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count == bytes.count { return }
      // Part of a line is written where the disk is full.
      if count >= 0 { throw SystemError("write", path: path, code: ENOSPC) }
      if errno != EINTR { throw SystemError("write", path: path) }
    }
  }
}
