// The seam between the pipeline and whoever judges: exact arithmetic here, language models behind the same protocol.

package import Diagnostics
package import ModelServers

/// What came of asking.
package enum JudgeOutcome<Entry: JudgementEntry>: Equatable, Sendable {
  /// An entry for each thing that the judge could decide; none where it could decide nothing.
  case entries([Entry])
  /// No usable reply; never the same as "nothing is satisfied".
  case failure(reason: String)
}

/// What a judge answered, and what it took.
package struct JudgeReply<Entry: JudgementEntry>: Equatable, Sendable {
  package var outcome: JudgeOutcome<Entry>
  /// The reply as it came; nil where none could be used.
  package var text: String?
  /// How many calls it took.
  package var attempts: Int
  /// How long the calls took; nil for a judge that is part of the tool, so that the same input gives the same bytes.
  package var latencyMilliseconds: Int?
  /// How many entries of the reply were none on what was asked about.
  package var dropped = 0
  /// The first of them, shortened.
  package var firstDropped: String?
  /// The replies to the same question that could not be used, in order.
  package var unusable: [UnusableReply] = []

  package init(
    outcome: JudgeOutcome<Entry>, text: String?, attempts: Int, latencyMilliseconds: Int? = nil
  ) {
    self.outcome = outcome
    self.text = text
    self.attempts = attempts
    self.latencyMilliseconds = latencyMilliseconds
  }
}

/// Somebody who answers questions of one kind.
package protocol Judge<Question>: Sendable {
  associatedtype Question: JudgeQuestion

  /// The name that goes into records.
  var name: String { get }

  /// Name and settings, as they go into fingerprints: whatever another answer may come of.
  var identity: String { get }

  /// How many questions it should be asked at the same time.
  var concurrency: Int { get }

  /// Whether asking is dear, so that what a log holds already is not asked again.
  var keepsReplies: Bool { get }

  /// What runs the tasks that ask it; nil for what runs any task.
  var executor: (any TaskExecutor)? { get }

  /// The answer to one question.
  ///
  /// - Parameters:
  ///   - fingerprint: the question's, asked of this judge.
  ///   - noteFault: told of each call that gave nothing to use, when it ends.
  /// - Throws: what must end the run, such as a judge that cannot be reached; a reply that cannot be used is an outcome.
  func reply(
    to question: Question, fingerprint: String,
    noteFault: @escaping @Sendable (CallFault) -> Void
  ) async throws -> JudgeReply<Question.Entry>

  /// Asks nothing more: a question that waits for its turn or for another attempt ends with a failure.
  func giveUp()

  /// Notes that a log holds a usable reply of this judge.
  func noteKnownReply()

  /// What every question may meet: a refusal, as long as nobody knows of any reply; nil where nothing speaks for that.
  var standingRefusal: (any ToolError)? { get }
}

extension Judge {
  package func giveUp() {}
  package func noteKnownReply() {}
  package var standingRefusal: (any ToolError)? { nil }
}

extension Judge {
  package var identity: String { name }
  package var concurrency: Int { 1 }
  package var keepsReplies: Bool { false }
  package var executor: (any TaskExecutor)? { nil }
}
