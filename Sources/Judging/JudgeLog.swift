// Every judge call, kept: so that a run can be judged again without asking anybody.

package import Diagnostics
package import JSONLines
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
      if !reply.unusable.isEmpty { entry.member("unusable", reply.unusable) }
    }
  }
}

extension AppendedLog {
  package func append(_ entry: JudgeLogEntry<some JudgementEntry>) throws(SystemError) {
    try append { entry.write(to: &$0) }
  }
}
