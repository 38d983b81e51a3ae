// Every judge call, kept: so that a run can be judged again without asking anybody.

package import Diagnostics
package import JSONLines
package import ModelServers
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
  /// - Returns: nil for the answer to a question of another kind, and for a call that gave nothing to use.
  init?(_ fields: Fields) throws {
    if fields.has(JudgeLogFault.key) { return nil }
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
      let entries = try fields.objects(kind.rawValue).map(Entry.init)
      outcome =
        entries.contains { $0.isDamaged }
        ? .failure(reason: "the log's text has control characters; ask for it again")
        : .entries(entries)
    }
    reply = JudgeReply(
      outcome: outcome, text: try fields.stringIfPresent("reply"),
      attempts: try fields.integer("attempts"),
      latencyMilliseconds: try fields.integerIfPresent("latency_ms"))
    reply.dropped = try fields.integerIfPresent("dropped") ?? 0
    reply.firstDropped = try fields.stringIfPresent("first_dropped")
    reply.unusable = try (fields.objectsIfPresent("unusable") ?? []).map(UnusableReply.init)
  }

  /// Whether it can be the answer to a question: what is wrong with a reply is wrong with a log that somebody changed. A failure can.
  package func fits<Question: JudgeQuestion>(
    _ question: Question
  ) -> Bool where Question.Entry == Entry {
    guard case .entries(let entries) = reply.outcome else { return true }
    let answered = Set(entries.map(\.id))
    let asked = Set(question.ids)
    guard answered.count == entries.count, answered.isSubset(of: asked) else { return false }
    if Question.needsEveryEntry, answered != asked { return false }
    return question.complaint(about: entries) == nil
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
      entry.member(ifPresent: "first_dropped", reply.firstDropped)
      if !reply.unusable.isEmpty { entry.member("unusable", reply.unusable) }
    }
  }
}

/// A call that gave nothing to use, as a log holds it. A replay passes over it: what came of the question stands in a line of its own.
package struct JudgeLogFault: Equatable, Sendable {
  /// The member by which such a line is known.
  static let key = "fault"

  /// The fingerprint of what was asked.
  package let request: String
  package let record: String
  /// The rollout's index among those of its problem; nil where the question is about the problem.
  package let index: Int?
  package let judge: String
  package let fault: CallFault

  package init(request: String, record: String, index: Int?, judge: String, fault: CallFault) {
    self.request = request
    self.record = record
    self.index = index
    self.judge = judge
    self.fault = fault
  }

  fileprivate func write(to json: inout JSONWriter) {
    json.object { line in
      line.member("request", request)
      line.member("record", record)
      line.member(ifPresent: "index", index)
      line.member("judge", judge)
      line.member("attempt", fault.attempt)
      line.member(Self.key, fault.reason)
      line.member(ifPresent: "status", fault.status)
      line.member("latency_ms", fault.milliseconds)
    }
  }
}

extension AppendedLog {
  package func append(_ entry: JudgeLogEntry<some JudgementEntry>) throws(SystemError) {
    try append { entry.write(to: &$0) }
  }

  package func append(_ fault: JudgeLogFault) throws(SystemError) {
    try append { fault.write(to: &$0) }
  }
}
