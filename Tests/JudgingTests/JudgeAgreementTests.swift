import Judging
import Rubrics
import TestSupport
import Testing

@Suite("The agreement of two judges")
struct JudgeAgreementTests {
  @Test("equals the golden vectors")
  func golden() throws {
    let cases = try Fixtures.golden("agreement")
    #expect(cases.count == 13)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      let table = try #require(expected["satisfied_table"] as? [String: Int])
      var agreement = JudgeAgreement()
      agreement.add(try verdicts(input["judge_a"]), try verdicts(input["judge_b"]))
      #expect(agreement.pairedItems == expected["paired_items"] as? Int, "\(name)")
      #expect(agreement.bothSatisfied == table["both_true"], "\(name)")
      #expect(agreement.onlyFirstSatisfied == table["a_only"], "\(name)")
      #expect(agreement.onlySecondSatisfied == table["b_only"], "\(name)")
      #expect(agreement.neitherSatisfied == table["both_false"], "\(name)")
      #expect(agreement.bothNameStep == expected["both_specific_step"] as? Int, "\(name)")
      #expect(agreement.sameStep == expected["same_step"] as? Int, "\(name)")
      expectEqual(agreement.satisfiedAgreement, expected["satisfied_agreement"], name)
      expectEqual(agreement.cohenKappa, expected["cohen_kappa"], name)
      expectEqual(agreement.stepAgreement, expected["step_agreement"], name)
    }
  }

  private func verdicts(_ value: Any?) throws -> [Verdict] {
    try #require(value as? [[String: Any]]).map { verdict in
      Verdict(
        id: try #require(verdict["id"] as? Int),
        isSatisfied: try #require(verdict["satisfied"] as? Bool),
        step: try #require(verdict["step"] as? Int))
    }
  }

  /// A null in the golden file is an undefined value.
  private func expectEqual(_ value: Double?, _ expected: Any?, _ name: String) {
    guard let expected = expected as? Double else {
      #expect(value == nil, "\(name)")
      return
    }
    #expect(abs((value ?? .nan) - expected) <= 1e-9 * max(1, abs(expected)), "\(name)")
  }

  @Test("adds up over responses, and is symmetric")
  func addsUp() {
    let yes = [Verdict(id: 1, isSatisfied: true, step: 1)]
    let no = [Verdict(id: 1, isSatisfied: false, step: 2)]
    var one = JudgeAgreement()
    one.add(yes, yes)
    one.add(yes, no)
    one.add(no, no)
    #expect(one.pairedItems == 3 && one.satisfiedAgreement == 2.0 / 3)
    var other = JudgeAgreement()
    other.add(yes, yes)
    other.add(no, yes)
    other.add(no, no)
    #expect(other.cohenKappa == one.cohenKappa && other.stepAgreement == one.stepAgreement)
  }

  @Test("counts the first of repeated verdicts")
  func repeatedVerdicts() {
    var agreement = JudgeAgreement()
    let twice = [
      Verdict(id: 1, isSatisfied: true, step: 1), Verdict(id: 1, isSatisfied: false, step: 2),
    ]
    agreement.add(twice, [Verdict(id: 1, isSatisfied: true, step: 1)])
    agreement.add([Verdict(id: 1, isSatisfied: true, step: 1)], twice)
    #expect(agreement.pairedItems == 2 && agreement.bothSatisfied == 2 && agreement.sameStep == 2)
  }
}
