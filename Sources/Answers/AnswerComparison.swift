// Whether two answers are equal.

import Arithmetic

/// A way to compare two answers.
package enum AnswerChecker: String, CaseIterable, Sendable {
  /// As exact numbers where both are numbers, else as cleaned text.
  case numeric
  /// As text after the authors' clean-up.
  case normalized

  /// Compares an answer with the reference. An empty answer equals nothing.
  package func compare(_ answer: String, with groundTruth: String) -> AnswerComparison {
    switch self {
    case .numeric: compareNumbers(answer, groundTruth)
    case .normalized:
      AnswerComparison(
        isEqual: equalAsScalars(normalizedAnswer(answer), normalizedAnswer(groundTruth)),
        method: .text)
    }
  }
}

/// Whether two texts are the same scalar by scalar and not empty. Swift's own equality would take é for e and an accent, which
/// the authors' code does not.
private func equalAsScalars(_ one: String, _ other: String) -> Bool {
  !one.isEmpty && one.unicodeScalars.elementsEqual(other.unicodeScalars)
}

/// What came of comparing.
package struct AnswerComparison: Equatable, Sendable {
  /// On what ground it was decided.
  package enum Method: String, Sendable {
    /// Both are numbers.
    case number
    /// At least one is not: their cleaned texts were compared.
    case text
  }

  package let isEqual: Bool
  package let method: Method
}

private func compareNumbers(_ answer: String, _ groundTruth: String) -> AnswerComparison {
  guard let found = StatedNumber(answer), let wanted = StatedNumber(groundTruth) else {
    let cleaned = cleanedAnswer(answer)
    return AnswerComparison(
      isEqual: !cleaned.isEmpty && cleaned == cleanedAnswer(groundTruth), method: .text)
  }
  // Where only one side has a percent sign, "50%" is as good as "50", the sign being its unit, and as good as "0.5".
  let hundred = Rational(100)
  let isEqual =
    found.value == wanted.value
    || (found.isPercentage && !wanted.isPercentage && found.value * hundred == wanted.value)
    || (!found.isPercentage && wanted.isPercentage && found.value == wanted.value * hundred)
  return AnswerComparison(isEqual: isEqual, method: .number)
}

/// Text without what does not change an answer: delimiters of mathematics, `\text{}`, white space, a full stop at the end, case.
private func cleanedAnswer(_ text: String) -> String {
  let unwrapped = unwrapping(#"\text{"#, in: Array(text.unicodeScalars))
  var cleaned = String(String.UnicodeScalarView(unwrapped)).lowercased()
    .filter { !$0.isWhitespace && $0 != "$" }
  for mark in [#"\("#, #"\)"#, #"\["#, #"\]"#, #"\left"#, #"\right"#, #"\!"#, #"\,"#] {
    cleaned = cleaned.replacing(mark, with: "")
  }
  cleaned = cleaned.replacing(#"\dfrac"#, with: #"\frac"#).replacing(#"\tfrac"#, with: #"\frac"#)
  if cleaned.hasSuffix(".") { cleaned.removeLast() }
  return cleaned
}
