// What can be wrong with what a policy is trained on.

package import Diagnostics

/// What can be wrong with samples, options or the course of a training.
package enum PolicyGradientError: ToolError, Equatable {
  /// Per-token values that do not fit the response: which, whose, how many, how many there should be.
  case mismatchedCounts(values: String, sample: String, count: Int, expected: Int)
  /// A number that no loss can be made of.
  case notFinite(values: String, sample: String, token: Int)
  /// The first token of a response needs one before it.
  case emptyPrompt(sample: String)
  /// More tokens, prompt and response together, than the policy has positions for.
  case tooLong(sample: String, tokenCount: Int, limit: Int)
  case tokenOutsideVocabulary(sample: String, token: Int, vocabularySize: Int)
  /// Old log-probabilities are to be the rollout's, and there are none.
  case missingRolloutLogProbabilities(sample: String)
  /// A KL coefficient without a reference to measure from.
  case missingReference
  case optionOutOfRange(option: String, value: Double, requirement: String)
  /// The gradient has become infinite or undefined; the policy is as it was before this step.
  case gradientNotFinite(step: Int)
  /// The gradient is infinite or undefined before this training has changed anything.
  case firstGradientNotFinite(step: Int)
  /// What the trained policy says of a sequence is infinite or undefined.
  case predictionsNotFinite(path: String, sample: String)
  /// A saved step count that no optimizer can have.
  case badStepCount(path: String, value: Double)
  /// A saved moment that no optimizer can have: not finite, or a mean of squares below 0.
  case badMoment(path: String, tensor: String, value: Float)

  package var description: String {
    switch self {
    case .mismatchedCounts(let values, let sample, let count, let expected):
      "\(sample): has \(count) \(values), but \(expected) response tokens"
    case .notFinite(let values, let sample, let token):
      "\(sample): one of its \(values) is not a finite number, at response token \(token)"
    case .emptyPrompt(let sample):
      "\(sample): has no prompt tokens; give at least one"
    case .tooLong(let sample, let tokenCount, let limit):
      "\(sample): has \(tokenCount) tokens, but the policy's limit is \(limit)"
    case .tokenOutsideVocabulary(let sample, let token, let vocabularySize):
      """
      \(sample): has token \(token), but the policy's vocabulary has \(vocabularySize) entries; \
      use rollouts of this policy
      """
    case .missingRolloutLogProbabilities(let sample):
      "\(sample): lacks log-probabilities of its sampler; recompute them with the policy"
    case .missingReference:
      "a KL penalty needs a reference policy; name one or set its coefficient to 0"
    case .optionOutOfRange(let option, let value, let requirement):
      "\(option): is \(shortest(value)), but must be \(requirement)"
    case .gradientNotFinite(let step):
      "optimizer step \(step): the gradient is not finite; lower the learning rate"
    case .firstGradientNotFinite(let step):
      """
      optimizer step \(step): the gradient is not finite, and nothing has been trained yet: weights of the policy or \
      numbers of the input are out of range; begin with another policy, or leave such input out
      """
    case .predictionsNotFinite(let path, let sample):
      """
      \(path): not written, because the training diverged: the policy's predictions for \(sample) are not finite; \
      lower the learning rate, or begin with a fresh optimizer or another policy
      """
    case .badStepCount(let path, let value):
      "\(path): the optimizer's step count is \(shortest(value)), but must be a whole number from 0"
    case .badMoment(let path, let tensor, let value):
      """
      \(path): tensor "\(tensor)" holds \(value), which no optimizer's state can be; \
      remove the file to begin with a fresh optimizer
      """
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .optionOutOfRange, .missingReference: .usage
    default: .badData
    }
  }
}

/// A number as a user would have typed it: 0, not 0.0.
private func shortest(_ value: Double) -> String {
  Int(exactly: value).map(String.init) ?? "\(value)"
}
