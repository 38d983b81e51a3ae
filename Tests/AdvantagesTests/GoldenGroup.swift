import Advantages
import Foundation
import TestSupport

/// One case of `golden/advantage.jsonl`: a batch of rollouts of one or several prompts.
///
/// The authors' code keeps a rollout's step scores as JSON text with text keys. Our contract has whole step numbers,
/// so texts that are not JSON and keys that are not integers cannot reach an estimator; `StepKeyError` and the
/// lenient reading below mirror here, in the test, what the authors' code makes of them.
struct GoldenCase: Sendable {
  struct Member: Sendable {
    let group: Int
    let length: Int
    let spans: [Range<Int>?]
    let score: RolloutScore
  }

  /// A step key that is not an integer, shared by two rollouts of a prompt: the authors' code raises ValueError.
  struct StepKeyError: Error {
    let key: String
  }

  let name: String
  let variant: String
  let estimator: String
  let epsilon: Double
  let sequenceLength: Int
  let members: [Member]
  let expectedError: String?
  let advantages: [[Double]]
  let singlePrecisionAdvantages: [[Double]]?
  let isSinglePrecisionInformative: Bool
  /// Steps with at least two members: key "group/step" to members' offsets.
  let offsets: [(group: Int, step: Int, members: [Int], values: [Double])]
  let outcome: [Double]?
  let scalarAdvantage: [Double]?

  static func all() throws -> [Result<GoldenCase, StepKeyError>] {
    try Fixtures.golden("advantage").map { object in
      do {
        return .success(try GoldenCase(object))
      } catch let error as StepKeyError {
        return .failure(error)
      }
    }
  }

  init(_ object: [String: Any]) throws {
    let input = try field(object, "input", [String: Any].self)
    let expected = try field(object, "expected", [String: Any].self)
    name = try field(object, "name", String.self)
    variant = try field(object, "variant", String.self)
    let published = try field(input, "estimator", String.self)
    estimator = published == "srar-nostepnorm" ? "srar-unnormalized" : published
    epsilon = try field(input, "epsilon", Double.self)
    sequenceLength = try field(input, "seq_len", Int.self)
    let rollouts = try field(input, "rollouts", [[String: Any]].self)
    let isPaper = variant == "paper"
    let keyed = try rollouts.map { try Self.deltas($0) }
    let groups = try rollouts.map { try field($0, "group", Int.self) }
    members = try rollouts.indices.map { index in
      let rollout = rollouts[index]
      let spans = try field(rollout, "spans", [[Int]].self)
      var scores: [StepScore] = []
      for (key, delta) in keyed[index].sorted(by: { $0.key < $1.key }) where !isPaper {
        guard let step = Int(key) else {
          let sharers = keyed.indices.filter {
            groups[$0] == groups[index] && keyed[$0][key] != nil
          }
          // Alone, the key is dropped before the authors' code reads it as a number.
          if sharers.count > 1 { throw StepKeyError(key: key) }
          continue
        }
        scores.append(StepScore(step: step, score: delta, judgedCount: 1, satisfiedCount: 1))
      }
      for step in try field(rollout, "attributed", [Int].self) where isPaper {
        let delta = keyed[index][String(step)]
        scores.append(
          StepScore(
            step: step, score: delta ?? 0, judgedCount: 1, satisfiedCount: delta == nil ? 0 : 1))
      }
      return Member(
        group: groups[index], length: try field(rollout, "length", Int.self),
        spans: spans.map { $0[0]..<$0[1] },
        score: RolloutScore(
          baseReward: try field(rollout, "r_base", Double.self),
          rubricReward: keyed[index].sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value },
          stepScores: scores, stepCount: spans.count))
    }
    expectedError = expected["error"] as? String
    advantages = expected["advantages"] as? [[Double]] ?? []
    singlePrecisionAdvantages = expected["advantages_f32"] as? [[Double]]
    isSinglePrecisionInformative =
      (object["notes"] as? String)?.contains("INFORMATIVE") == true
    outcome = expected["outcome"] as? [Double]
    scalarAdvantage = expected["scalar_advantage"] as? [Double]
    var offsets: [(group: Int, step: Int, members: [Int], values: [Double])] = []
    let statistics = expected["step_stats"] as? [String: [String: [String: Any]]] ?? [:]
    for (group, steps) in statistics {
      for (step, values) in steps {
        guard let group = Int(group), let step = Int(step) else { continue }
        offsets.append(
          (
            group, step, try field(values, "members", [Int].self),
            try field(values, "normalized", [Double].self)
          ))
      }
    }
    self.offsets = offsets
  }

  /// The rollout's step scores as the authors' code reads them: text that is not a JSON object counts as none.
  private static func deltas(_ rollout: [String: Any]) throws -> [String: Double] {
    guard let text = rollout["deltas_json"] as? String else {
      return try field(rollout, "deltas", [String: Double].self)
    }
    let parsed = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    return parsed as? [String: Double] ?? [:]
  }

  /// The advantage of each rollout, group by group, in the batch's order.
  func rolloutAdvantages(_ options: AdvantageOptions) throws -> [RolloutAdvantage] {
    guard let estimator = Estimator(named: estimator) else {
      throw MissingField(name: estimator)
    }
    var result = [RolloutAdvantage?](repeating: nil, count: members.count)
    for group in Set(members.map(\.group)) {
      let indices = members.indices.filter { members[$0].group == group }
      let advantages = estimator.advantages(indices.map { members[$0].score }, options)
      for (index, advantage) in zip(indices, advantages) { result[index] = advantage }
    }
    return result.compactMap { $0 }
  }

  /// Per-token advantages, padded with 0 to the batch's width.
  func tokenAdvantages(_ advantages: [RolloutAdvantage]) -> [[Double]] {
    zip(members, advantages).map { member, advantage in
      let dense = advantage.tokenAdvantages(stepSpans: member.spans, tokenCount: member.length)
      return dense + [Double](repeating: 0, count: sequenceLength - member.length)
    }
  }
}

struct MissingField: Error {
  let name: String
}

func field<T>(_ object: [String: Any], _ name: String, _: T.Type) throws -> T {
  guard let value = object[name] as? T else { throw MissingField(name: name) }
  return value
}

/// Whether two numbers agree to a tolerance, absolute below 1 and relative above.
func agree(_ actual: Double, _ expected: Double, tolerance: Double = 1e-9) -> Bool {
  abs(actual - expected) <= tolerance * max(1, abs(expected))
}
