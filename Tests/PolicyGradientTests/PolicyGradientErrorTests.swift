import Diagnostics
import PolicyGradient
import Testing
import Transformer

/// What a trainer says of data that it cannot take.
@Suite struct PolicyGradientErrorTests {
  private func failure(
    _ change: (inout PolicySample) -> Void, _ options: PolicyUpdateOptions = TinyModel.options()
  ) throws -> PolicyGradientError? {
    let model = try TinyModel.model(seed: 1)
    var sample = PolicySample(
      name: "problem 7, rollout 2", promptTokens: [1, 2], responseTokens: [3, 4, 5],
      advantages: [1, 1, 1], rolloutLogProbabilities: [-1, -1, -1])
    change(&sample)
    do {
      let update = try PolicyUpdate(
        trainer: TinyModel.trainer(model), reference: nil, options: options)
      _ = try update.run([sample])
      return nil
    } catch let error as PolicyGradientError {
      return error
    }
  }

  private func expect(
    _ error: PolicyGradientError?, says wording: String,
    exits status: Diagnostics.ExitStatus = .badData
  ) {
    #expect(error?.description == wording)
    #expect(error?.exitStatus == status)
  }

  @Test("samples that fit neither themselves nor the policy are named with what is wrong")
  func samples() throws {
    #expect(try failure { _ in } == nil)
    expect(
      try failure { $0.advantages = [1, 1] },
      says: "problem 7, rollout 2: has 2 advantages, but 3 response tokens")
    expect(
      try failure { $0.rolloutLogProbabilities = [-1, -.infinity, -1] },
      says: """
        problem 7, rollout 2: one of its rollout log-probabilities is not a finite number, at \
        response token 1
        """)
    expect(
      try failure { $0.promptTokens = [] },
      says: "problem 7, rollout 2: has no prompt tokens; give at least one")
    expect(
      try failure { $0.promptTokens = [Int32](repeating: 1, count: 62) },
      says: "problem 7, rollout 2: has 65 tokens, but the policy's limit is 64")
    expect(
      try failure { $0.responseTokens[1] = 24 },
      says: """
        problem 7, rollout 2: has token 24, but the policy's vocabulary has 24 entries; use \
        rollouts of this policy
        """)
    expect(
      try failure { $0.rolloutLogProbabilities = nil },
      says: """
        problem 7, rollout 2: lacks log-probabilities of its sampler; recompute them with the \
        policy
        """)
  }

  @Test("options that cannot work are refused before anything is computed")
  func options() throws {
    var options = TinyModel.options()
    options.epochCount = 0
    expect(
      try failure({ _ in }, options), says: "epochs: is 0, but must be at least 1", exits: .usage)
    options = TinyModel.options()
    options.temperature = 0
    expect(
      try failure({ _ in }, options), says: "temperature: is 0, but must be at least 1e-05",
      exits: .usage)
    options = TinyModel.options()
    options.loss.klCoefficient = 0.1
    expect(
      try failure({ _ in }, options),
      says: "a KL penalty needs a reference policy; name one or set its coefficient to 0",
      exits: .usage)
  }

  @Test("a gradient that is not finite leaves the policy as it was")
  func gradient() throws {
    let model = try TinyModel.model(seed: 1)
    let trainer = try TinyModel.trainer(model)
    trainer.gradients.elements[5] = .infinity
    let before = Array(model.weights.elements)
    #expect(throws: PolicyGradientError.firstGradientNotFinite(step: 1)) { try trainer.step() }
    #expect(Array(model.weights.elements) == before)
    trainer.gradients.elements[5] = 0
    _ = try trainer.step()
    trainer.gradients.elements[5] = .infinity
    #expect(throws: PolicyGradientError.gradientNotFinite(step: 2)) { try trainer.step() }
    #expect(
      PolicyGradientError.gradientNotFinite(step: 1).description
        == "optimizer step 1: the gradient is not finite; lower the learning rate")
    #expect(
      PolicyGradientError.firstGradientNotFinite(step: 1).description.contains(
        "nothing has been trained yet"))
  }
}
