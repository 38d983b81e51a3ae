package import Diagnostics

/// What can be wrong with what a model is asked to do.
package enum TransformerError: ToolError, Hashable {
  /// The shape of a model contradicts itself: which number, its value, what it must be.
  case impossibleConfiguration(field: String, value: Int, requirement: String)
  case emptySequence(index: Int)
  case tokenOutsideVocabulary(token: Int, sequence: Int, position: Int, vocabularySize: Int)
  case sequenceTooLong(index: Int, tokenCount: Int, maximumPositionCount: Int)
  /// Offsets, targets or gradients that do not fit the tokens or values they belong to.
  case mismatchedCounts(what: String, count: Int, expected: Int)
  case optionOutOfRange(option: String, value: Double, requirement: String)
  case unknownTensor(String)
  /// Memory that cannot hold the model and one response of the length asked for.
  case memoryTooSmall(bytes: Int, needed: Int, tokenCount: Int)
  /// Predictions that are no numbers, after so many tokens of a request's response.
  case predictionsNotFinite(request: Int, responseTokenCount: Int)

  package var description: String {
    switch self {
    case .impossibleConfiguration(let field, let value, let requirement):
      "model configuration: \(field) is \(value), but must be \(requirement)"
    case .emptySequence(let index):
      "sequence \(index): has no tokens; give at least one"
    case .tokenOutsideVocabulary(let token, let sequence, let position, let vocabularySize):
      """
      sequence \(sequence): token \(position) is \(token), but the vocabulary has \
      \(vocabularySize) entries; use the tokenizer of this model
      """
    case .sequenceTooLong(let index, let tokenCount, let maximumPositionCount):
      "sequence \(index): has \(tokenCount) tokens, but the model's limit is \(maximumPositionCount)"
    case .mismatchedCounts(let what, let count, let expected):
      "\(what): has \(count) entries, but \(expected) are needed"
    case .optionOutOfRange(let option, let value, let requirement):
      "\(option): is \(value), but must be \(requirement)"
    case .unknownTensor(let name):
      "tensor \"\(name)\": the model has none of this name"
    case .memoryTooSmall(let bytes, let needed, let tokenCount):
      """
      memory: \(size(bytes)) is too little for this model and a sequence of \(counted(tokenCount, "token")); \
      allow at least \(size(needed)), or shorter responses
      """
    case .predictionsNotFinite(let request, let responseTokenCount):
      """
      request \(request): the predictions after \(responseTokenCount) tokens are not finite numbers; \
      go back to a policy from before its training diverged
      """
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .optionOutOfRange, .memoryTooSmall: .usage
    case .impossibleConfiguration, .emptySequence, .tokenOutsideVocabulary, .sequenceTooLong,
      .mismatchedCounts, .unknownTensor, .predictionsNotFinite:
      .badData
    }
  }
}

/// An amount of memory in whole MiB, a small one in KiB, rounded up, the smallest in bytes.
private func size(_ bytes: Int) -> String {
  if bytes < 1 << 10 { return counted(bytes, "byte") }
  return bytes < 8 << 20 ? "\((bytes + 1023) >> 10) KiB" : "\((bytes + (1 << 20) - 1) >> 20) MiB"
}
