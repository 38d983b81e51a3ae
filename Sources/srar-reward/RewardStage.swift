import Advantages
import Answers
import Diagnostics
import Filters
import Records
import Rewards
import Rubrics
import Steps
import Thoughts

/// The stage itself: a judged rollout in, the same rollout with its reward out.
struct RewardStage {
  private let options: RewardOptions
  private let needsJudge: Bool
  private let overlong: OverlongShaping?
  private var counts = Counts()

  /// What the summary and the metrics tell.
  private struct Counts {
    var rollouts = 0
    var correct = 0
    var format = 0
    var base = 0.0
    var withRubric = 0
    var judgedItems = 0
    var withoutSteps = 0
    var unclosedThoughts = 0
    /// Rubric items with members that no score depends on, by the member's name.
    var unusedItemMembers: [String: Int] = [:]
    var rubric = 0.0
    var suggest = 0.0
    var pitfall = 0.0
    var bonus = 0.0
    var judgeFailures = 0
    var notJudged = 0
    var verdicts = 0
    var verdictsOnMissingItems = 0
    var verdictsOnZero = 0
    var verdictsOnAnswers = 0
    var verdictsOnStepZero = 0
    var verdictsOnLastStep = 0
    var contradictoryVerdicts = 0
    var withoutVerdicts = 0
    var withoutAnswer = 0
    var undecided = 0
    var looping = 0
    var responseTokens = 0
    var overlong = 0

    /// What speaks for a judge whose numbers of items or steps are not the contract's.
    var remarksOnNumbers: [String] {
      func named(_ count: Int) -> String {
        counted(count, of: verdicts, "verdict", "names", "name")
      }
      var remarks: [String] = []
      if verdictsOnMissingItems > 0 {
        remarks.append(
          "\(named(verdictsOnMissingItems)) an item that the rubric does not have, and "
            + (verdictsOnMissingItems == 1 ? "counts for nothing" : "count for nothing")
            + (verdictsOnZero > 0
              ? "; \(verdictsOnZero) of them on item 0: does the judge count from 0, where rubrics count from 1?"
              : ""))
      }
      if verdictsOnAnswers > 0 {
        remarks.append(
          "\(named(verdictsOnAnswers)) an ANSWER item, about which no judge is asked: are the judge's numbers those of the items?"
        )
      }
      if verdictsOnStepZero > 0, verdictsOnLastStep == 0 {
        remarks.append(
          "\(named(verdictsOnStepZero)) step 0, the whole solution, and none the last step of its response: does the judge count "
            + "steps from 0, where they count from 1?")
      }
      return remarks
    }
  }

  init(options: RewardOptions, needsJudge: Bool, overlong: OverlongShaping?) {
    self.options = options
    self.needsJudge = needsJudge
    self.overlong = overlong
  }

  mutating func process(_ record: Record, into writer: RecordWriter) throws {
    let problem = try Problem(record)
    let rollout = try record.read(Rollout.self)
    guard let groundTruth = problem.groundTruth else {
      throw RecordError.missingField(
        "ground_truth", record: problem.id, record.position, writtenBy: "srar-prep")
    }
    guard groundTruth.contains(where: { !$0.isWhitespace }) else {
      throw RecordError.invalidValue(
        "ground_truth", reason: "is empty, so that no answer could be right", record: problem.id,
        record.position)
    }
    guard !hasLostBackslash(groundTruth) else {
      throw RecordError.invalidValue(
        "ground_truth",
        reason:
          #"has a control character, which JSON makes of LaTeX such as "\frac"; write "\\frac""#,
        record: problem.id, record.position)
    }
    let judgement = needsJudge ? try record.readIfPresent(Judgement.self) : nil
    guard judgement != nil || !needsJudge else {
      throw RecordError.notJudged(record: problem.id, record.position)
    }
    let outcome = outcomeReward(
      response: rollout.response, groundTruth: groundTruth, options: options)
    var reward = Reward(
      answer: outcome.answer?.text, answerRule: outcome.answer?.rule.rawValue,
      decidedBy: outcome.comparison?.method.rawValue,
      isCorrect: outcome.accuracy == 1, hasFormat: outcome.format == 1, base: outcome.base,
      isLooping: Looping(rollout.response).isLooping)
    if let overlong, let length = rollout.tokens?.count {
      let adjustment = overlong.adjustment(responseTokens: length)
      reward.base += adjustment
      counts.overlong += adjustment < 0 ? 1 : 0
    }
    if needsJudge {
      for item in try record.fields.objectsIfPresent("rubric") ?? [] {
        for member in item.members(besides: RubricItem.members) {
          counts.unusedItemMembers[member, default: 0] += 1
        }
      }
    }
    if let judgement {
      add(judgement, on: problem.rubric ?? [], stepCount: rollout.steps.count, to: &reward)
    }
    try writer.write(record, setting: reward)
    count(reward, outcome, rollout)
  }

  /// The rubric's part. Where no item was judged, the rollout has no scores, which is not the same as "nothing satisfied".
  private mutating func add(
    _ judgement: Judgement, on rubric: [RubricItem], stepCount: Int, to reward: inout Reward
  ) {
    switch judgement.status {
    case .ok: break
    case .failed:
      counts.judgeFailures += 1
      return
    case .skipped:
      counts.notJudged += 1
      return
    }
    let ids = Set(rubric.map(\.id))
    let missing = judgement.verdicts.filter { !ids.contains($0.id) }
    counts.verdicts += judgement.verdicts.count
    counts.verdictsOnMissingItems += missing.count
    counts.verdictsOnZero += missing.count { $0.id == 0 }
    let answers = Set(rubric.filter { $0.type == .answer }.map(\.id))
    counts.verdictsOnAnswers += judgement.verdicts.count { answers.contains($0.id) }
    if stepCount > 0 {
      counts.verdictsOnStepZero += judgement.verdicts.count { $0.step == 0 }
      counts.verdictsOnLastStep += judgement.verdicts.count { $0.step == stepCount }
    }
    let score = rubricScore(
      rubric: rubric, verdicts: judgement.verdicts, budgets: options.budgets,
      repeated: options.repeatedVerdicts)
    counts.contradictoryVerdicts += score.contradictions
    if !score.isJudged, rubric.contains(where: { $0.type != .answer }) {
      counts.withoutVerdicts += 1
      return
    }
    reward.rubric = score.total
    reward.suggest = score.suggest
    reward.pitfall = score.pitfall
    reward.bonus = score.bonus
    reward.steps = score.steps.map { step in
      Reward.StepReward(
        step: step.step, delta: step.delta, judged: step.judged, satisfied: step.satisfied)
    }
  }

  private mutating func count(_ reward: Reward, _ outcome: OutcomeReward, _ rollout: Rollout) {
    counts.rollouts += 1
    counts.correct += reward.isCorrect ? 1 : 0
    counts.format += reward.hasFormat ? 1 : 0
    counts.base += reward.base
    counts.withoutAnswer += outcome.answer == nil ? 1 : 0
    counts.withoutSteps += rollout.steps.isEmpty ? 1 : 0
    counts.unclosedThoughts += Thoughts(in: rollout.response).isUnclosed ? 1 : 0
    counts.undecided += outcome.comparison?.method == .undecided ? 1 : 0
    counts.looping += reward.isLooping ? 1 : 0
    counts.responseTokens += rollout.tokens?.count ?? 0
    guard let rubric = reward.rubric else { return }
    counts.withRubric += 1
    counts.judgedItems += reward.steps?.reduce(0) { $0 + $1.judged } ?? 0
    counts.rubric += rubric
    counts.suggest += reward.suggest ?? 0
    counts.pitfall += reward.pitfall ?? 0
    counts.bonus += reward.bonus ?? 0
  }

  /// Why rubrics have no effect on the rewards, and what to do; nil where they have one, or none is wanted.
  var complaint: String? {
    guard needsJudge, counts.rollouts > 0, counts.judgedItems == 0 else { return nil }
    return
      "no rubric item was judged in any of \(counted(counts.rollouts, "rollout")), so that the rewards are of the answers alone; "
      + "\(EffectOptions.judgeByModel), say with '--answers-only' that this is meant"
  }

  /// - Throws: where the stream has verdicts, and none of them is on an item of its rubric.
  func checkMatches() throws(RewardError) {
    guard counts.verdicts == 0 || counts.verdictsOnMissingItems < counts.verdicts else {
      throw .noItemMatches(
        verdicts: counts.verdicts, countsFromZero: counts.verdictsOnZero > 0)
    }
  }

  /// Says what was done.
  func report(to run: ToolRun) {
    run.metrics["accuracy"] = mean(Double(counts.correct), counts.rollouts)
    run.metrics["format"] = mean(Double(counts.format), counts.rollouts)
    run.metrics["base"] = mean(counts.base, counts.rollouts)
    run.metrics["rubric"] = mean(counts.rubric, counts.withRubric)
    run.metrics["suggest"] = mean(counts.suggest, counts.withRubric)
    run.metrics["pitfall"] = mean(counts.pitfall, counts.withRubric)
    run.metrics["bonus"] = mean(counts.bonus, counts.withRubric)
    run.metrics["judge_failures"] = counts.judgeFailures
    run.metrics["not_judged"] = counts.notJudged
    run.metrics["verdicts_on_missing_items"] = counts.verdictsOnMissingItems
    run.metrics["verdicts_on_answer_items"] = counts.verdictsOnAnswers
    run.metrics["verdicts_on_step_zero"] = counts.verdictsOnStepZero
    run.metrics["contradictory_verdicts"] = counts.contradictoryVerdicts
    run.metrics["without_verdicts"] = counts.withoutVerdicts
    run.metrics["without_answer"] = counts.withoutAnswer
    run.metrics["undecided"] = counts.undecided
    run.metrics["without_steps"] = counts.withoutSteps
    run.metrics["unclosed_thoughts"] = counts.unclosedThoughts
    run.metrics["judged_items"] = counts.judgedItems
    run.metrics["looping"] = counts.looping
    run.metrics["overlong"] = counts.overlong
    run.metrics["response_tokens"] = mean(Double(counts.responseTokens), counts.rollouts)
    var line =
      "\(counted(counts.rollouts, "rollout")), \(percent(counts.correct)) right, \(percent(counts.format)) in "
      + "format, mean r_base \(rounded(mean(counts.base, counts.rollouts)))"
    if counts.withRubric > 0 {
      line += ", mean rubric score \(rounded(mean(counts.rubric, counts.withRubric)))"
    }
    run.summarize(line)
    var remarks: [String] = []
    if counts.withoutAnswer > 0 { remarks.append("\(counts.withoutAnswer) without an answer") }
    if counts.withoutSteps > 0 { remarks.append("\(counts.withoutSteps) without a step") }
    if counts.unclosedThoughts > 0 {
      remarks.append("\(counts.unclosedThoughts) in a thought that never closes")
    }
    if counts.undecided > 0 { remarks.append("\(counts.undecided) undecided, compared as text") }
    if counts.looping > 0 { remarks.append("\(counts.looping) looping") }
    if counts.judgeFailures > 0 { remarks.append("\(counts.judgeFailures) whose judge failed") }
    if counts.notJudged > 0 { remarks.append("\(counts.notJudged) that had nothing to judge") }
    if counts.withoutVerdicts > 0 {
      remarks.append(
        "\(counts.withoutVerdicts) without a verdict on an item, so without a rubric score")
    }
    if counts.overlong > 0 { remarks.append("\(counts.overlong) overlong") }
    if !counts.unusedItemMembers.isEmpty {
      let list = counts.unusedItemMembers.sorted { $0.key < $1.key }
        .map { "\"\($0.key)\" (\($0.value))" }
      run.summarize(
        "members of rubric items that no score depends on: \(list.joined(separator: ", ")); the items of a type share its budget equally"
      )
    }
    if !remarks.isEmpty { run.summarize(remarks.joined(separator: ", ")) }
    if counts.contradictoryVerdicts > 0 {
      run.summarize(
        "\(counted(counts.contradictoryVerdicts, "item")) with verdicts that contradict each other: taken as not judged"
      )
    }
    counts.remarksOnNumbers.forEach(run.summarize)
  }

  private func mean(_ sum: Double, _ count: Int) -> Double { count == 0 ? 0 : sum / Double(count) }

  private func rounded(_ value: Double) -> String { ((value * 1000).rounded() / 1000).description }

  private func percent(_ count: Int) -> String {
    "\((mean(Double(count), counts.rollouts) * 1000).rounded() / 10) %"
  }
}
