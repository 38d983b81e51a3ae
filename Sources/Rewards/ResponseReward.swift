package import Answers
import Rubrics
import Steps

/// The outcome part of a response's reward.
package struct OutcomeReward: Equatable, Sendable {
  /// The answer that was found; nil where there is none.
  package let answer: FoundAnswer?
  /// How it was compared; nil where there is none.
  package let comparison: AnswerComparison?
  /// r_acc ∈ {0, 1}.
  package let accuracy: Double
  /// r_fmt ∈ {0, 1}.
  package let format: Double
  /// r_base = (1 − λ)·r_acc + λ·r_fmt.
  package let base: Double
}

/// The outcome reward of a response.
///
/// - Parameter groundTruth: the reference answer.
package func outcomeReward(
  response: String, groundTruth: String, options: RewardOptions
) -> OutcomeReward {
  let found = answer(in: response, rules: options.extraction)
  let comparison = found.map {
    options.checker.compare(
      $0.text, with: groundTruth, decimalPlaces: options.decimalPlaces)
  }
  let accuracy = comparison?.isEqual == true ? 1.0 : 0.0
  let format = hasFormat(response, options.format) ? 1.0 : 0.0
  return OutcomeReward(
    answer: found, comparison: comparison, accuracy: accuracy, format: format,
    base: (1 - options.formatWeight) * accuracy + options.formatWeight * format)
}

/// Whether a response has the format that it was asked for: step headers and a boxed answer.
package func hasFormat(_ response: String, _ rule: FormatRule) -> Bool {
  let headers = StepHeader.all(in: response)
  guard !headers.isEmpty else { return false }
  return switch rule {
  case .complete: answer(in: response, rules: [.boxed]) != nil
  case .lastBox: Box.last(in: response)?.content != nil
  case .opened: Box.last(in: response) != nil
  case .numbered:
    answer(in: response, rules: [.boxed]) != nil && areNumbered(headers, in: response)
  }
}

/// Whether headers count 1, 2, 3 … and no other line looks like one.
private func areNumbered(_ headers: [StepHeader], in response: String) -> Bool {
  let marked = response.unicodeScalars.split(separator: "\n").count { line in
    line.starts(with: "###".unicodeScalars)
  }
  return marked == headers.count
    && headers.enumerated().allSatisfy { $1.label == String($0 + 1) }
}
