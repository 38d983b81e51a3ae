package import Answers
import Rubrics
import Steps
import Thoughts

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
  let read = options.reading == .whole ? response : withoutThoughts(response)
  let found = answer(in: read, rules: options.extraction, readsThoughts: true)
  let comparison = found.map {
    options.checker.compare(
      $0.text, with: groundTruth, decimalPlaces: options.decimalPlaces)
  }
  let accuracy = comparison?.isEqual == true ? 1.0 : 0.0
  let format = hasFormat(read, options) ? 1.0 : 0.0
  return OutcomeReward(
    answer: found, comparison: comparison, accuracy: accuracy, format: format,
    base: (1 - options.formatWeight) * accuracy + options.formatWeight * format)
}

/// Whether what is read of a response has the format that it was asked for: step headers and a boxed answer.
private func hasFormat(_ text: String, _ options: RewardOptions) -> Bool {
  let headers =
    options.reading == .whole ? StepHeader.anywhere(in: text) : StepHeader.all(in: text)
  guard !headers.isEmpty else { return false }
  return switch options.format {
  case .complete: hasBoxedAnswer(text)
  case .lastBox: Box.last(in: text)?.content != nil
  case .opened: Box.last(in: text) != nil
  case .numbered: hasBoxedAnswer(text) && areNumbered(headers, in: text)
  }
}

private func hasBoxedAnswer(_ text: String) -> Bool {
  answer(in: text, rules: [.boxed], readsThoughts: true) != nil
}

/// Whether headers of three hashes count 1, 2, 3 … and no other line looks like one, however far it is indented.
private func areNumbered(_ headers: [StepHeader], in text: String) -> Bool {
  let marked = text.unicodeScalars.split(separator: "\n").count { line in
    line.drop { $0.properties.isWhitespace }.starts(with: "###".unicodeScalars)
  }
  return marked == headers.count
    && headers.enumerated().allSatisfy { $1.number == String($0 + 1) && $1.hashCount == 3 }
}
