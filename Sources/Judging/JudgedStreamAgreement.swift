package import JSONLines
import Records
package import Rubrics

/// How far two judges agree on the rollouts of two streams, paired by id and index, over all items and by their types.
package struct JudgedStreamAgreement: Equatable, Sendable {
  /// The agreement on the items of one type.
  package struct TypeAgreement: Equatable, Sendable {
    package let type: RubricItemType
    package let agreement: JudgeAgreement
  }

  package private(set) var all = JudgeAgreement()
  /// The types on which there are pairs, in their usual order.
  package private(set) var byType: [TypeAgreement] = []
  /// Rollouts that both judges judged.
  package private(set) var rollouts = 0
  /// Rollouts that one of them judged.
  package private(set) var unpaired = 0

  /// Reads both streams; the second one's verdicts are held in memory.
  ///
  /// - Parameter progress: is told the stream that is read, and how much of it.
  package init(first: String, second: String, progress: (String, Double?) -> Void) throws {
    var verdicts: [RolloutKey: [Verdict]] = [:]
    try forEachJudgement(in: second, progress) { key, _, judgement in
      verdicts[key] = judgement.verdicts
    }
    var types: [RubricItemType: JudgeAgreement] = [:]
    try forEachJudgement(in: first, progress) { key, typesByID, judgement in
      guard let others = verdicts.removeValue(forKey: key) else {
        unpaired += 1
        return
      }
      rollouts += 1
      all.add(judgement.verdicts, others)
      for type in Set(typesByID.values) {
        types[type, default: JudgeAgreement()].add(
          judgement.verdicts.filter { typesByID[$0.id] == type }, others)
      }
    }
    unpaired += verdicts.count
    byType = RubricItemType.allCases.compactMap { type in
      types[type].flatMap {
        $0.pairedItems > 0 ? TypeAgreement(type: type, agreement: $0) : nil
      }
    }
  }

  /// The counts and shares as members of an object.
  package func writeMembers(to object: inout JSONWriter) {
    object.member("rollouts", rollouts)
    all.writeMembers(to: &object)
    object.member("by_type") { member in
      member.object { list in
        for entry in byType {
          list.member(entry.type.rawValue) { $0.object(entry.agreement.writeMembers) }
        }
      }
    }
  }
}

/// What pairs the rollouts of two streams.
private struct RolloutKey: Hashable {
  let id: String
  let index: Int
}

/// Gives every judgement that succeeded to the closure, with the types of the rubric's items by their ids.
private func forEachJudgement(
  in path: String, _ progress: (String, Double?) -> Void,
  _ body: (RolloutKey, [Int: RubricItemType], Judgement) -> Void
) throws {
  let reader = RecordReader(paths: [path], maximumLineBytes: 64 << 20, faults: .stop)
  while let record = try reader.next() {
    let judgement = try record.read(Judgement.self)
    let index = try record.fields.object("rollout").integer("index")
    progress(path, reader.fractionRead)
    guard judgement.status == .ok else { continue }
    var types: [Int: RubricItemType] = [:]
    for item in try record.fields.rubricIfPresent("rubric") ?? [] { types[item.id] = item.type }
    body(RolloutKey(id: try record.requiredID(), index: index), types, judgement)
  }
}

extension JudgeAgreement {
  /// The counts and shares as members of an object.
  package func writeMembers(to object: inout JSONWriter) {
    object.member("items", pairedItems)
    object.member("both_satisfied", bothSatisfied)
    object.member("only_first_satisfied", onlyFirstSatisfied)
    object.member("only_second_satisfied", onlySecondSatisfied)
    object.member("neither_satisfied", neitherSatisfied)
    object.member("satisfied_agreement", satisfiedAgreement)
    object.member("cohen_kappa", cohenKappa)
    object.member("both_name_step", bothNameStep)
    object.member("same_step", sameStep)
    object.member("step_agreement", stepAgreement)
  }
}
