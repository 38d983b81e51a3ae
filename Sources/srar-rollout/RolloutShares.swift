import Diagnostics
import Filters
import Records

/// What responses lack that the later stages need, of all rollouts of a run.
struct RolloutShares {
  private var rollouts = 0
  private var withoutSteps = 0
  private var endedOtherwise: [String: Int] = [:]
  private var unusedMessageMembers = MemberCounts()

  /// Notes what the messages of a problem hold that reaches no model.
  mutating func add(unusedMessageMembers names: [String]) {
    unusedMessageMembers.add(names)
  }

  mutating func add(_ rollout: Rollout) {
    rollouts += 1
    withoutSteps += rollout.steps.isEmpty ? 1 : 0
    if case .other(let word)? = rollout.finishReason { endedOtherwise[word, default: 0] += 1 }
  }

  /// Notes the metrics, and says what is lacking.
  func report(to run: ToolRun) {
    let otherwise = endedOtherwise.values.reduce(0, +)
    run.metrics["without_steps"] = withoutSteps
    run.metrics["ended_otherwise"] = otherwise
    if !unusedMessageMembers.isEmpty {
      run.metrics["unused_message_members"] = unusedMessageMembers.total
      run.summarize(
        "members of messages that the model is not shown: \(unusedMessageMembers)"
      )
    }
    if withoutSteps > 0 {
      run.summarize(
        counted(withoutSteps, of: rollouts, "response", "has", "have")
          + " no step; '--steps' parts responses in other ways")
    }
    if otherwise > 0 {
      let words = endedOtherwise.keys.sorted().joined(separator: ", ")
      run.summarize(
        "\(otherwise) of \(counted(rollouts, "response")) ended neither by themselves nor at the limit (\(words)); nothing is learned from them"
      )
    }
  }
}
