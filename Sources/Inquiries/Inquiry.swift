// One question after the other to one or several voters: from the log where it is there, else asked and logged.

package import Diagnostics
import Foundation
package import JSONLines
package import Judging
import Synchronization

/// Questions of one kind to the same voters.
package struct Inquiry<Question: JudgeQuestion> {
  package typealias Entry = Question.Entry

  private let voters: [any Judge<Question>]
  private let log: AppendedLog?
  private let replay: JudgeReplay<Entry>?
  /// What the log holds already, of judges that are dear to ask.
  private let kept: JudgeReplay<Entry>
  private let asksForMissing: Bool
  /// The questions about the present problem that are answered or under way: equal responses are asked about once.
  private var recent: [String: Vote<Entry>] = [:]
  private var recentRecord: String?

  /// - Parameter voters: at least one.
  package init(_ voters: [any Judge<Question>], _ options: LogOptions, maximumLineBytes: Int) throws
  {
    self.voters = voters
    asksForMissing = options.asksForMissing
    replay =
      options.replay.isEmpty
      ? nil : try JudgeReplay(paths: options.replay, maximumLineBytes: maximumLineBytes)
    let keepsReplies = voters.contains(where: \.keepsReplies)
    if let path = options.log, keepsReplies, FileManager.default.fileExists(atPath: path) {
      kept = try JudgeReplay(paths: [path], maximumLineBytes: maximumLineBytes)
    } else {
      kept = JudgeReplay()
    }
    log = try options.log.map { try AppendedLog(path: $0) }
  }

  /// The names of the voters, each once.
  package var name: String {
    var names: [String] = []
    for voter in voters where !names.contains(voter.name) { names.append(voter.name) }
    return names.joined(separator: ", ")
  }

  /// How many records may wait for their decision: enough that one slow reply does not idle the judges, few enough for bounded
  /// memory.
  package var window: Int { 4 * (voters.map(\.concurrency).max() ?? 1) }

  /// Whether a voter can leave things undecided for want of words, not of a calculation.
  package var asksModels: Bool { voters.contains(where: \.keepsReplies) }

  /// What was wrong with lines of the replayed logs that are no entries.
  package var unreadableLogLines: [StreamError] { (replay?.unreadable ?? []) + kept.unreadable }

  /// Whether replies are kept in a log.
  package var isLogged: Bool { log != nil }

  /// Whose answers the replayed logs hold, where they hold none of a voter's; nil otherwise.
  package var otherJudgesInLog: String? {
    voters.lazy.compactMap { otherJudges(replay?.judges ?? [], than: $0.name) }.first
  }

  /// Asks nothing more.
  package func giveUp() { voters.forEach { $0.giveUp() } }

  /// A refusal that every question to a voter may meet, as long as nobody knows of any reply of it.
  package var standingRefusal: (any ToolError)? {
    voters.lazy.compactMap(\.standingRefusal).first
  }

  /// Asks every voter, or finds what it said before.
  ///
  /// - Parameters:
  ///   - record: the problem's identity.
  ///   - index: the rollout's; nil where the question is about the problem.
  package mutating func ask(
    _ question: Question, record: String, index: Int?, _ position: LinePosition
  ) throws -> AwaitedDecision<Entry> {
    if recentRecord != record {
      recentRecord = record
      recent = [:]
    }
    let votes = try voters.map { voter in
      let fingerprint = question.fingerprint(judge: voter.identity)
      if let vote = recent[fingerprint] { return vote.repeated }
      let vote = try self.vote(
        of: voter, question, fingerprint, record: record, index: index, position)
      if voter.keepsReplies { recent[fingerprint] = vote }
      return vote
    }
    return AwaitedDecision(votes: votes)
  }

  private func vote(
    of voter: any Judge<Question>, _ question: Question, _ fingerprint: String, record: String,
    index: Int?, _ position: LinePosition
  ) throws -> Vote<Entry> {
    let replayed = replay?.entry(for: fingerprint)
    if let entry = replayed, entry.fits(question) {
      if case .entries = entry.reply.outcome { voter.noteKnownReply() }
      return .known(entry)
    }
    guard asksForMissing else {
      throw replayed == nil
        ? JudgingError.notInLog(
          record: record, index: index, judge: voter.name, position,
          judges: replay?.judges ?? [], unreadable: replay?.unreadable.first?.description)
        : .unfitInLog(record: record, index: index, judge: voter.name, position)
    }
    // A call that failed is worth another try.
    if let entry = kept.entry(for: fingerprint), case .entries = entry.reply.outcome,
      entry.fits(question)
    {
      voter.noteKnownReply()
      return .known(entry)
    }
    let pending = PendingReply(on: voter.executor) { [log] in
      let unlogged = Mutex<SystemError?>(nil)
      let reply = try await voter.reply(to: question, fingerprint: fingerprint) { fault in
        do throws(SystemError) {
          try log?.append(
            JudgeLogFault(
              request: fingerprint, record: record, index: index, judge: voter.name, fault: fault))
        } catch {
          unlogged.withLock { $0 = error }
        }
      }
      if let error = unlogged.withLock({ $0 }) { throw error }
      let entry = JudgeLogEntry(
        request: fingerprint, record: record, index: index, judge: voter.name, reply: reply)
      // Logged as soon as it is there, so that a killed tool loses only the calls under way.
      try log?.append(entry)
      var short = entry
      short.reply.text = nil
      return short
    }
    // One by one, so that the log is the same in every run.
    if voter.concurrency == 1 { pending.waitUntilDone() }
    return .pending(pending)
  }
}

/// What one voter says.
enum Vote<Entry: JudgementEntry>: Sendable {
  case known(JudgeLogEntry<Entry>)
  case pending(PendingReply<JudgeLogEntry<Entry>>)
  /// Under way for another record.
  case shared(PendingReply<JudgeLogEntry<Entry>>)

  /// What it is for the next record that asks the same.
  var repeated: Vote {
    if case .pending(let reply) = self { .shared(reply) } else { self }
  }
}

/// A decision under way.
package struct AwaitedDecision<Entry: JudgementEntry>: Sendable {
  let votes: [Vote<Entry>]

  /// A decision, and what it took in this run.
  package struct Reached: Sendable {
    package let decision: PanelDecision<Entry>
    /// Calls that were made now.
    package let calls: Int
    /// The faults of the replies to them that could not be used.
    package let faults: [ReplyFault.Kind]
    /// Whether every vote comes from a log.
    package let isReplayed: Bool
  }

  /// Whether all votes are there before so many seconds have passed.
  package func isReached(within seconds: Double) -> Bool {
    votes.allSatisfy { vote in
      switch vote {
      case .known: true
      case .pending(let reply), .shared(let reply): reply.isDone(within: seconds)
      }
    }
  }

  /// Waits for all votes.
  ///
  /// - Throws: what must end the run, such as a server that refuses.
  package func wait() throws -> Reached {
    var calls = 0
    var faults: [ReplyFault.Kind] = []
    var known = 0
    let replies = try votes.map { vote in
      switch vote {
      case .known(let entry):
        known += 1
        return entry.reply
      case .pending(let pending):
        let reply = try pending.wait().reply
        calls += reply.attempts
        faults += reply.unusable.map(\.kind)
        return reply
      case .shared(let pending): return try pending.wait().reply
      }
    }
    return Reached(
      decision: PanelDecision(replies), calls: calls, faults: faults,
      isReplayed: known == votes.count)
  }
}
