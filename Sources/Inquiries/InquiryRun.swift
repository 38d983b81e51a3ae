// Reading ahead while replies are awaited, and writing in the order of the input.

package import Diagnostics
package import Filters
import Foundation
import JSONLines
package import Judging
import Records

/// Asks about one subject after the other (a record, the rollouts of a problem) and deals with the decisions in the same order.
///
/// A thread of its own reads and asks, as far ahead as the inquiry's window allows; the caller's thread awaits and writes, so that a
/// decision leaves as soon as it and those before it are there, whether or not more input comes.
package final class InquiryRun<Subject, Question: JudgeQuestion> {
  package typealias Reached = AwaitedDecision<Question.Entry>.Reached

  /// What is read and asked about.
  private struct Asked {
    let subject: Subject
    let record: String
    let question: Question?
    let decision: AwaitedDecision<Question.Entry>?
  }

  /// Where a question comes from.
  package struct Place {
    let record: String
    let index: Int?
    let position: LinePosition

    /// - Parameter index: the rollout's; nil where the question is about the problem.
    package init(record: String, index: Int?, _ position: LinePosition) {
      self.record = record
      self.index = index
      self.position = position
    }
  }

  /// The voters' names.
  package let name: String
  /// Whether language models are asked.
  package let asksModels: Bool
  private let unreadableLogLines: [StreamError]
  private let inquiry: Inquiry<Question>
  private var limit: FailureLimit
  private let subject: String
  private var counts = Counts()

  private struct Counts {
    var answered = 0
    var failed = 0
    var replayed = 0
    var calls = 0
    var dropped = 0
    /// The first of them, with the record that it is about.
    var firstDropped: (entry: String, record: String)?
    var faults: [ReplyFault.Kind: Int] = [:]
    var contested = 0
    var disagreements = 0.0
  }

  /// - Parameter subject: what is asked about, for messages, such as "rollout".
  package init(_ inquiry: Inquiry<Question>, _ options: LogOptions, subject: String) {
    self.inquiry = inquiry
    name = inquiry.name
    asksModels = inquiry.asksModels
    unreadableLogLines = inquiry.unreadableLogLines
    self.subject = subject
    limit = FailureLimit(share: options.maxFailures)
  }

  /// - Parameters:
  ///   - read: reads everything, and gives each subject to the closure that it is called with, with a question or none.
  ///   - write: deals with a subject, its question and the decision, both nil where nothing was asked.
  ///   - flush: called before a longer wait.
  package func run(
    reading read: @escaping ((Subject, Question?, Place) throws -> Void) throws -> Void,
    writing write: (Subject, Question?, Reached?) throws -> Void, flushing flush: () throws -> Void
  ) throws {
    nonisolated(unsafe) let read = read
    try withReadAhead(
      window: inquiry.window,
      reading: { [inquiry] put in
        var inquiry = inquiry
        try read { subject, question, place in
          let decision = try question.map {
            try inquiry.ask($0, record: place.record, index: place.index, place.position)
          }
          try put(
            Asked(
              subject: subject, record: place.record, question: question, decision: decision))
        }
      },
      writing: { asked in
        try write(asked.subject, asked.question, try reached(asked, flush))
        // A judge that is gone must not cost an hour; what is under way still comes into the log.
        let error = tooManyFailures(isAtEnd: false)
        if error != nil { inquiry.giveUp() }
        return error
      },
      awaitingRest: { _ = try $0.decision?.wait() }, flushing: flush)
    if let refusal = inquiry.standingRefusal { throw refusal }
    if let error = tooManyFailures(isAtEnd: true) { throw error }
  }

  /// Too many failures, or the refusal that they all may come from.
  private func tooManyFailures(isAtEnd: Bool) -> (any ToolError)? {
    guard let excess = limit.excess(isAtEnd: isAtEnd) else { return nil }
    return inquiry.standingRefusal ?? tooManyFailures(excess)
  }

  private func tooManyFailures(_ excess: FailureLimit.Excess) -> JudgingError {
    .tooManyFailures(
      failed: excess.failed, judged: excess.total, subject: subject, last: excess.reason,
      isLogged: inquiry.isLogged)
  }

  private func reached(_ asked: Asked, _ flush: () throws -> Void) throws -> Reached? {
    guard let decision = asked.decision else { return nil }
    if !decision.isReached(within: 0.25) { try flush() }
    let reached = try decision.wait()
    switch reached.decision.outcome {
    case .entries:
      limit.note(failure: nil)
      counts.answered += 1
    case .failure(let reason):
      limit.note(failure: reason)
      counts.failed += 1
    }
    counts.replayed += reached.isReplayed ? 1 : 0
    counts.calls += reached.calls
    for fault in reached.faults { counts.faults[fault, default: 0] += 1 }
    counts.dropped += reached.decision.dropped
    if counts.firstDropped == nil, let entry = reached.decision.firstDropped {
      counts.firstDropped = (entry, asked.record)
    }
    if let disagreement = reached.decision.panel?.disagreement {
      counts.contested += 1
      counts.disagreements += disagreement
    }
    return reached
  }

  /// Notes what was asked and what failed, in the metrics and in the summary.
  package func report(to run: ToolRun) {
    run.metrics["judge"] = name
    run.metrics["judged"] = counts.answered
    run.metrics["failed"] = counts.failed
    run.metrics["replayed"] = counts.replayed
    run.metrics["calls"] = counts.calls
    run.metrics["dropped_entries"] = counts.dropped
    let unusable = counts.faults.values.reduce(0, +)
    run.metrics["unusable_replies"] = unusable
    run.metrics["foreign_codes"] = counts.faults[.foreignCode] ?? 0
    run.metrics["contradictory_replies"] = counts.faults[.contradiction] ?? 0
    if unusable > 0 {
      let parts = ReplyFault.Kind.allCases.compactMap { kind in
        counts.faults[kind].map { "\($0) \(kind.phrase)" }
      }
      run.summarize(
        (unusable == 1
          ? "1 reply could not be used and was" : "\(unusable) replies could not be used and were")
          + " asked for again where attempts were left: " + parts.joined(separator: ", "))
    }
    if let first = unreadableLogLines.first {
      let lines = counted(unreadableLogLines.count, "line")
      run.summarize("passed over \(lines) of the log that cannot be read: \(first)")
    }
    if counts.contested > 0 {
      let share = counts.disagreements / Double(counts.contested)
      run.metrics["disagreement"] = share
      run.summarize("the voters disagree on \(percent(share)) of what they judged")
    }
    if let others = inquiry.otherJudgesInLog {
      run.summarize("judged by \(name), though the replayed log has answers of \(others)")
    }
    if counts.dropped > 0 {
      let first = counts.firstDropped.map { "; the first, on record \"\($0.record)\": \($0.entry)" }
      run.summarize(
        "\(counts.dropped) \(counts.dropped == 1 ? "entry" : "entries") of the replies said nothing on what was asked"
          + (first ?? ""))
    }
    if counts.failed > 0 { run.summarize("\(counted(counts.failed, subject)) could not be judged") }
  }

  /// How many were judged, for a summary: "50 rollouts judged by m (20 from the log)".
  package var headline: String {
    "\(counted(counts.answered, subject)) judged by \(name)"
      + (counts.replayed > 0 ? " (\(counts.replayed) from the log)" : "")
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}

extension ReplyFault.Kind {
  /// How it stands behind a number of replies.
  fileprivate var phrase: String {
    switch self {
    case .foreignCode: "with another request's code or a made-up one"
    case .contradiction: "that contradict themselves"
    case .cutOff: "cut off"
    case .unsettled: "with something behind the answer that may be another one"
    case .hiddenAnswer: "with a thought that never ends around an answer"
    case .noEntry: "without an entry"
    case .unknownIDs: "on ids that were not asked about"
    case .tooLong: "that are too long"
    case .unfit: "whose entries do not fit together"
    }
  }
}
