// Several voters on the same question.

package import Records

/// What a panel of voters comes to.
package struct PanelDecision<Entry: JudgementEntry>: Equatable, Sendable {
  package let outcome: JudgeOutcome<Entry>
  package let attempts: Int
  /// How long all calls took together; nil where no voter says.
  package let latencyMilliseconds: Int?
  package let dropped: Int
  /// The first entry of them, shortened.
  package let firstDropped: String?
  /// nil where there is one voter alone.
  package let panel: PanelRecord?

  /// Counts the votes, which are in the order of the voters; one at least.
  ///
  /// A voter that failed has no vote. The panel decides where more than half of its voters answered, and then each entry by the
  /// majority of those that gave it.
  package init(_ votes: [JudgeReply<Entry>]) {
    // Closures, for key paths of a generic type are made anew each time they are used.
    attempts = votes.reduce(0) { $0 + $1.attempts }
    dropped = votes.reduce(0) { $0 + $1.dropped }
    firstDropped = votes.lazy.compactMap { $0.firstDropped }.first
    let latencies = votes.compactMap { $0.latencyMilliseconds }
    latencyMilliseconds = latencies.isEmpty ? nil : latencies.reduce(0, +)
    guard votes.count > 1 else {
      outcome = votes[0].outcome
      panel = nil
      return
    }
    var answers: [[Entry]] = []
    var reason = ""
    for vote in votes {
      switch vote.outcome {
      case .entries(let entries): answers.append(entries)
      case .failure(let cause): reason = cause
      }
    }
    guard 2 * answers.count > votes.count else {
      let failed = votes.count - answers.count
      outcome = .failure(reason: "\(failed) of \(votes.count) voters failed: \(reason)")
      panel = PanelRecord(voters: votes.count, answered: answers.count, disagreement: nil)
      return
    }
    var order: [Int] = []
    var byID: [Int: [Entry]] = [:]
    for entry in answers.joined() {
      if byID[entry.id] == nil { order.append(entry.id) }
      byID[entry.id, default: []].append(entry)
    }
    let voted = order.sorted().compactMap { byID[$0] }
    outcome = .entries(voted.map(Entry.majority(of:)))
    let contested = voted.filter { $0.count > 1 }
    let disputed = contested.count { votes in !votes.allSatisfy { $0.claimsSame(as: votes[0]) } }
    panel = PanelRecord(
      voters: votes.count, answered: answers.count,
      disagreement: contested.isEmpty ? nil : Double(disputed) / Double(contested.count))
  }
}
