package import Diagnostics
package import JSONLines
package import Records
package import Rubrics

/// How far two judges agree on the rollouts of two streams, over all items and by their types.
///
/// Rollouts are paired by id, index and content: problem, ground truth, rubric and response.
package struct JudgedStreamAgreement: Equatable, Sendable {
  /// The agreement on the items of one type.
  package struct TypeAgreement: Equatable, Sendable {
    package let type: RubricItemType
    package let agreement: JudgeAgreement
  }

  package private(set) var all = JudgeAgreement()
  /// The types on which there are verdicts, in their usual order.
  package private(set) var byType: [TypeAgreement] = []
  /// Rollouts that both judges judged.
  package private(set) var rollouts = 0
  /// Rollouts that one of them judged.
  package private(set) var unpaired = 0
  /// Pairs of which only id and index say that both are the same rollout.
  package private(set) var pairedByID = 0
  /// Verdicts of both judges on ids that the rubric lacks, which are in no agreement. Where no record has the rubric, nobody knows of any.
  package private(set) var verdictsOnMissingItems = 0
  /// Items on which the verdicts of one judge contradict each other; the first counts.
  package private(set) var contradictions = 0

  /// Reads both streams; the second one's verdicts are held in memory.
  ///
  /// - Parameter progress: is told the stream that is read, and how much of it.
  /// - Throws: `AgreementError` where the streams are not about the same rollouts.
  package init(first: String, second: String, progress: (String, Double?) -> Void) throws {
    var others: [RolloutKey: JudgedRollout] = [:]
    try forEachJudgedRollout(in: second, progress) { key, rollout, position in
      guard others.updateValue(rollout, forKey: key) == nil else {
        throw AgreementError.repeatedRollout(key.id, index: key.index, position)
      }
    }
    var types: [RubricItemType: JudgeAgreement] = [:]
    var seen: Set<RolloutKey> = []
    try forEachJudgedRollout(in: first, progress) { key, rollout, position in
      guard seen.insert(key).inserted else {
        throw AgreementError.repeatedRollout(key.id, index: key.index, position)
      }
      guard let other = others.removeValue(forKey: key) else {
        unpaired += 1
        return
      }
      if let member = rollout.content.difference(from: other.content) {
        throw AgreementError.otherRollout(first, second, key.id, index: key.index, member)
      }
      rollouts += 1
      pairedByID += rollout.content.isComparable(with: other.content) ? 0 : 1
      let typesOfItems = rollout.types ?? other.types
      func known(_ verdicts: [Verdict]) -> [Verdict] {
        contradictions += contradictedItems(verdicts).count
        guard let typesOfItems else { return verdicts }
        let known = verdicts.filter { typesOfItems[$0.id] != nil }
        verdictsOnMissingItems += verdicts.count - known.count
        return known
      }
      let (ours, theirs) = (known(rollout.verdicts), known(other.verdicts))
      all.add(ours, theirs)
      for type in Set((typesOfItems ?? [:]).values) {
        func isOfType(_ verdict: Verdict) -> Bool { typesOfItems?[verdict.id] == type }
        types[type, default: JudgeAgreement()].add(
          ours.filter(isOfType), theirs.filter(isOfType))
      }
    }
    guard rollouts > 0 else { throw AgreementError.nothingInCommon(first, second) }
    unpaired += others.count
    byType = RubricItemType.allCases.compactMap { type in
      types[type].flatMap {
        $0.pairedItems + $0.onlyFirstJudged + $0.onlySecondJudged > 0
          ? TypeAgreement(type: type, agreement: $0) : nil
      }
    }
  }

  /// The counts and shares as members of an object.
  package func writeMembers(to object: inout JSONWriter) {
    object.member("rollouts", rollouts)
    object.member("verdicts_on_missing_items", verdictsOnMissingItems)
    object.member("contradictions", contradictions)
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

/// What names a rollout in a stream.
private struct RolloutKey: Hashable {
  let id: String
  let index: Int
}

/// What a judge said of a rollout, and what the rollout is.
private struct JudgedRollout {
  let verdicts: [Verdict]
  /// The types of the rubric's items, by their ids; nil without a rubric.
  let types: [Int: RubricItemType]?
  let content: RecordContent
}

/// Gives every judgement that succeeded to the closure.
private func forEachJudgedRollout(
  in path: String, _ progress: (String, Double?) -> Void,
  _ body: (RolloutKey, JudgedRollout, LinePosition) throws -> Void
) throws {
  let reader = RecordReader(paths: [path], maximumLineBytes: 64 << 20, faults: .stop)
  while let record = try reader.next() {
    let judgement = try record.read(Judgement.self)
    let index = try record.fields.object("rollout").integer("index")
    progress(path, reader.fractionRead)
    guard judgement.status == .ok else { continue }
    let types = try record.fields.rubricIfPresent("rubric").map { rubric in
      Dictionary(rubric.map { ($0.id, $0.type) }) { $1 }
    }
    let rollout = JudgedRollout(
      verdicts: judgement.verdicts, types: types,
      content: try RecordContent(record, RecordContent.Member.allCases))
    try body(RolloutKey(id: try record.requiredID(), index: index), rollout, record.position)
  }
}

/// What can be wrong with two judged streams that are compared.
package enum AgreementError: ToolError, Equatable {
  /// A rollout that comes twice in one stream.
  case repeatedRollout(String, index: Int, LinePosition)
  /// The same id and index in both streams, but not the same content.
  case otherRollout(String, String, String, index: Int, RecordContent.Member)
  /// Two streams without a judged rollout in common.
  case nothingInCommon(String, String)

  package var description: String {
    switch self {
    case .repeatedRollout(let id, let index, let place):
      "\(place): rollout \(index) of \"\(id)\" was there before; give each judge's verdicts once"
    case .otherRollout(let first, let second, let id, let index, let member):
      "\(first) and \(second): \"\(member.rawValue)\" of \"\(id)\", rollout \(index), differs; "
        + "let both judges judge the same rollouts"
    case .nothingInCommon(let first, let second):
      "\(first) and \(second) have no rollout in common that both judges judged; "
        + "let both judges judge the same rollouts"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}

extension JudgeAgreement {
  /// The counts and shares as members of an object.
  package func writeMembers(to object: inout JSONWriter) {
    object.member("items", pairedItems)
    object.member("only_first_judged", onlyFirstJudged)
    object.member("only_second_judged", onlySecondJudged)
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
