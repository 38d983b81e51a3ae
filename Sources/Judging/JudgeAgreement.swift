package import Rubrics

/// How far two judges agree, over any number of responses.
///
/// Items are paired by id; those that only one judge gave a verdict on are counted apart, and of repeated verdicts on an item the
/// first counts.
package struct JudgeAgreement: Equatable, Sendable {
  /// Both say satisfied; only the first judge; only the second; neither.
  package private(set) var bothSatisfied = 0
  package private(set) var onlyFirstSatisfied = 0
  package private(set) var onlySecondSatisfied = 0
  package private(set) var neitherSatisfied = 0
  /// Pairs in which both name a step ≥ 1.
  package private(set) var bothNameStep = 0
  /// Those of them that name the same.
  package private(set) var sameStep = 0
  /// Items that only the first judge gave a verdict on; only the second.
  package private(set) var onlyFirstJudged = 0
  package private(set) var onlySecondJudged = 0

  package init() {}

  /// Adds the verdicts of both judges on one response.
  package mutating func add(_ first: [Verdict], _ second: [Verdict]) {
    var others: [Int: Verdict] = [:]
    for verdict in second where others[verdict.id] == nil { others[verdict.id] = verdict }
    var seen: Set<Int> = []
    for verdict in first where seen.insert(verdict.id).inserted {
      guard let other = others.removeValue(forKey: verdict.id) else {
        onlyFirstJudged += 1
        continue
      }
      switch (verdict.isSatisfied, other.isSatisfied) {
      case (true, true): bothSatisfied += 1
      case (true, false): onlyFirstSatisfied += 1
      case (false, true): onlySecondSatisfied += 1
      case (false, false): neitherSatisfied += 1
      }
      guard verdict.step >= 1, other.step >= 1 else { continue }
      bothNameStep += 1
      sameStep += verdict.step == other.step ? 1 : 0
    }
    onlySecondJudged += others.count
  }

  /// Items that both judges gave a verdict on.
  package var pairedItems: Int {
    bothSatisfied + onlyFirstSatisfied + onlySecondSatisfied + neitherSatisfied
  }

  /// The share of equal verdicts, p_o; nil without pairs.
  package var satisfiedAgreement: Double? {
    share(bothSatisfied + neitherSatisfied, of: pairedItems)
  }

  /// Cohen's κ = (p_o − p_e) / (1 − p_e) of "satisfied", where p_e is the agreement of two judges who say it as often as these
  /// two but by chance; nil where p_e = 1 and without pairs.
  package var cohenKappa: Double? {
    let count = pairedItems
    // In whole numbers: p_e = 1 exactly where both judges always say the same one thing.
    let first = bothSatisfied + onlyFirstSatisfied
    let second = bothSatisfied + onlySecondSatisfied
    let chance = first * second + (count - first) * (count - second)
    guard count > 0, chance != count * count else { return nil }
    let agreed = (bothSatisfied + neitherSatisfied) * count
    return Double(agreed - chance) / Double(count * count - chance)
  }

  /// The share of equal steps where both name one, whatever the verdicts; nil where none does.
  package var stepAgreement: Double? { share(sameStep, of: bothNameStep) }

  private func share(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
