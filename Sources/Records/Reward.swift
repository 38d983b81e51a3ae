package import JSONLines

/// What `srar-reward` says of one rollout: the object under `reward`.
package struct Reward: RecordObject, Equatable, Sendable {
  package static let key = "reward"
  package static let tool = "srar-reward"

  /// The rubric score of one step that a verdict named.
  package struct StepReward: Equatable, Sendable {
    /// The step's number as the judge gave it; 0, −1 and steps that the response lacks are kept too.
    package let step: Int
    /// d_k, the sum of the deltas of its satisfied items.
    package let delta: Double
    /// How many items were attributed to it.
    package let judged: Int
    /// How many of them are satisfied.
    package let satisfied: Int

    package init(step: Int, delta: Double, judged: Int, satisfied: Int) {
      self.step = step
      self.delta = delta
      self.judged = judged
      self.satisfied = satisfied
    }
  }

  /// The answer that was found; nil where there is none.
  package var answer: String?
  /// By which rule it was found, such as "boxed".
  package var answerRule: String?
  /// On what ground it was compared, such as "exact"; nil where there is none.
  package var decidedBy: String?
  /// r_acc.
  package var isCorrect: Bool
  /// r_fmt.
  package var hasFormat: Bool
  /// r_base, overlong shaping included where it is on.
  package var base: Double
  /// RaR's Σδ; nil where no item was judged.
  package var rubric: Double?
  package var suggest: Double?
  package var pitfall: Double?
  package var bonus: Double?
  /// nil where no item was judged: the rollout is then in no G_k.
  package var steps: [StepReward]?
  package var isLooping: Bool

  package init(
    answer: String?, answerRule: String?, decidedBy: String? = nil, isCorrect: Bool,
    hasFormat: Bool, base: Double,
    rubric: Double? = nil, suggest: Double? = nil, pitfall: Double? = nil, bonus: Double? = nil,
    steps: [StepReward]? = nil, isLooping: Bool
  ) {
    self.answer = answer
    self.answerRule = answerRule
    self.decidedBy = decidedBy
    self.isCorrect = isCorrect
    self.hasFormat = hasFormat
    self.base = base
    self.rubric = rubric
    self.suggest = suggest
    self.pitfall = pitfall
    self.bonus = bonus
    self.steps = steps
    self.isLooping = isLooping
  }

  package init(_ fields: Fields) throws {
    answer = try fields.stringIfPresent("answer")
    answerRule = try fields.stringIfPresent("answer_rule")
    decidedBy = try fields.stringIfPresent("decided_by")
    isCorrect = try fields.boolean("correct")
    hasFormat = try fields.boolean("format")
    base = try fields.double("base")
    rubric = try fields.doubleIfPresent("rubric")
    suggest = try fields.doubleIfPresent("suggest")
    pitfall = try fields.doubleIfPresent("pitfall")
    bonus = try fields.doubleIfPresent("bonus")
    for part in ["base", "rubric", "suggest", "pitfall", "bonus"] { try fields.checkSize(part) }
    steps = try fields.objectsIfPresent("steps")?.map { step in
      try step.checkStep("step")
      try step.checkSize("delta")
      return StepReward(
        step: try step.integer("step"), delta: try step.double("delta"),
        judged: try step.integer("judged"), satisfied: try step.integer("satisfied"))
    }
    var seen: Set<Int> = []
    if let twice = steps?.first(where: { !seen.insert($0.step).inserted }) {
      throw fields.invalid("steps", "have a score of step \(twice.step) twice")
    }
    isLooping = try fields.booleanIfPresent("looping") ?? false
  }

  package func write(to json: inout JSONWriter) {
    json.object { reward in
      reward.member("answer", answer)
      reward.member(ifPresent: "answer_rule", answerRule)
      reward.member(ifPresent: "decided_by", decidedBy)
      reward.member("correct", isCorrect)
      reward.member("format", hasFormat)
      reward.member("base", base)
      reward.member(ifPresent: "rubric", rubric)
      reward.member(ifPresent: "suggest", suggest)
      reward.member(ifPresent: "pitfall", pitfall)
      reward.member(ifPresent: "bonus", bonus)
      reward.member(ifPresent: "steps", steps)
      reward.member("looping", isLooping)
    }
  }
}

extension Fields {
  /// No reward comes near it; the squares of such numbers still have a sum.
  private static let largestReward = 1e12

  /// - Throws: where a number is so large that the statistics of its group would be infinite, and all others of the group 0.
  fileprivate func checkSize(_ key: String) throws(RecordError) {
    guard let number = try doubleIfPresent(key), abs(number) > Self.largestReward else { return }
    throw invalid(key, "is \(number), which is no reward: it must be in -1e12 ... 1e12")
  }
}

extension Reward.StepReward: JSONWritable {
  package func write(to json: inout JSONWriter) {
    json.object { step in
      step.member("step", self.step)
      step.member("delta", delta)
      step.member("judged", judged)
      step.member("satisfied", satisfied)
    }
  }
}
