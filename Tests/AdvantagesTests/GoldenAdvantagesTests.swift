import Advantages
import Foundation
import TestSupport
import Testing

/// The estimators against the reference vectors (`Tests/Fixtures/golden/README.md`, section 2).
@Suite struct GoldenAdvantagesTests {
  @Test("every reference case has its token advantages, in double precision")
  func tokenAdvantages() throws {
    var passed = 0
    for case .success(let golden) in try GoldenCase.all() {
      var options = golden.variant == "paper" ? AdvantageOptions.paper : .authors
      options.epsilon = golden.epsilon
      options.precision = .double
      let advantages = try golden.rolloutAdvantages(options)
      let dense = golden.tokenAdvantages(advantages)
      #expect(dense.map(\.count) == golden.advantages.map(\.count), "\(golden.name)")
      for (actual, expected) in zip(dense.joined(), golden.advantages.joined()) {
        #expect(agree(actual, expected), "\(golden.name): \(actual), expected \(expected)")
      }
      passed += 1
    }
    #expect(passed == 114)
  }

  @Test("outcome terms and step offsets are the reference's, also where they cancel on the tokens")
  func terms() throws {
    var offsetCount = 0
    for case .success(let golden) in try GoldenCase.all() {
      var options = golden.variant == "paper" ? AdvantageOptions.paper : .authors
      options.epsilon = golden.epsilon
      options.precision = .double
      let advantages = try golden.rolloutAdvantages(options)
      if let outcome = golden.outcome {
        for (advantage, expected) in zip(advantages, outcome) {
          #expect(agree(advantage.outcome, expected), "\(golden.name)")
        }
      }
      if let scalar = golden.scalarAdvantage {
        for (advantage, expected) in zip(advantages, scalar) {
          #expect(advantage.outcome == 0)
          #expect(advantage.offsets.allSatisfy { agree($0.value, expected) }, "\(golden.name)")
        }
      }
      for (group, step, members, values) in golden.offsets where step != -1 {
        for (member, expected) in zip(members, values) {
          #expect(golden.members[member].group == group)
          let offset = advantages[member].offsets.first { $0.step == step }?.value
          #expect(agree(try #require(offset), expected), "\(golden.name), step \(step)")
          offsetCount += 1
        }
      }
    }
    #expect(offsetCount > 200)
  }

  @Test("the authors' preset gives what their single-precision code returned")
  func singlePrecision() throws {
    var compared = 0
    for case .success(let golden) in try GoldenCase.all() {
      guard let expected = golden.singlePrecisionAdvantages else { continue }
      var options = AdvantageOptions.authors
      options.epsilon = golden.epsilon
      let dense = golden.tokenAdvantages(try golden.rolloutAdvantages(options))
      if golden.isSinglePrecisionInformative {
        print("informative: \(golden.name): \(dense[0][0]), reference \(expected[0][0])")
        continue
      }
      for (actual, expected) in zip(dense.joined(), expected.joined()) {
        #expect(agree(actual, expected, tolerance: 1e-4), "\(golden.name)")
      }
      compared += 1
    }
    #expect(compared > 40)
  }

  @Test("step keys that are not integers fail where two rollouts share them, as the reference says")
  func stepKeys() throws {
    var failed: [String] = []
    for case .failure(let error) in try GoldenCase.all() { failed.append(error.key) }
    #expect(failed.count == 2)
    #expect(failed.allSatisfy { Int($0) == nil })
    let named = try Fixtures.golden("advantage").filter {
      ($0["expected"] as? [String: Any])?["error"] as? String == "ValueError"
    }
    #expect(
      named.compactMap { $0["name"] as? String }.sorted() == [
        "delta-key-float/srar/official", "delta-key-none/srar/official",
      ])
  }
}
