// Whether two answers are equal.

/// A way to compare two answers.
public enum AnswerChecker: String, CaseIterable, Sendable {
  /// By what they mean: numbers, expressions, equations, tuples, sets, intervals, matrices, words.
  case math
  /// As text after the authors' clean-up.
  case normalized

  /// Compares an answer with the reference. An empty answer equals nothing.
  ///
  /// - Parameter decimalPlaces: to how many decimals numbers are rounded before they are compared; nil takes decimals for
  ///   their digits.
  public func compare(
    _ answer: String, with groundTruth: String, decimalPlaces: Int? = nil
  ) -> AnswerComparison {
    switch self {
    case .math: compareMeanings(answer, groundTruth, decimalPlaces: decimalPlaces)
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
public struct AnswerComparison: Equatable, Sendable {
  /// On what ground it was decided.
  public enum Method: String, Sendable {
    /// The texts are the same.
    case identical
    /// By exact forms.
    case exact
    /// By values at fixed points, with bounds of their errors.
    case numeric
    /// As text, as was asked for.
    case text
    /// As cleaned text, because the grammar or the budget cannot decide.
    case undecided
  }

  /// Whether the answers say the same.
  public let isEqual: Bool
  /// The ground of that.
  public let method: Method
}

private func compareMeanings(
  _ answer: String, _ groundTruth: String, decimalPlaces: Int?
) -> AnswerComparison {
  let (first, second) = (AnswerText(answer), AnswerText(groundTruth))
  let (one, other) = (first.answer, second.answer)
  guard !one.isEmpty, !other.isEmpty else {
    return AnswerComparison(isEqual: false, method: .exact)
  }
  if one == other { return AnswerComparison(isEqual: true, method: .identical) }
  if let a = plainInteger(one), let b = plainInteger(other), decimalPlaces == nil || a == b {
    return AnswerComparison(isEqual: a == b, method: .exact)
  }
  guard let a = first.parsed, let b = second.parsed else {
    return AnswerComparison(isEqual: areSameText(one, other), method: .undecided)
  }
  if a == b { return AnswerComparison(isEqual: true, method: .exact) }
  var equality = AnswerEquality(decimalPlaces: decimalPlaces)
  // Whatever order the rules try things in, both sides are treated alike.
  let isEqual =
    equality.areEqual(a, b) || (!(a.isFormula && b.isFormula) && equality.areEqual(b, a))
  if equality.isUndecided, !isEqual {
    return AnswerComparison(isEqual: areSameText(one, other), method: .undecided)
  }
  return AnswerComparison(isEqual: isEqual, method: equality.isNumeric ? .numeric : .exact)
}

/// A whole number of at most 18 digits that is nothing else.
private func plainInteger(_ bytes: ArraySlice<UInt8>) -> Int? {
  let isNegative = bytes.first == UInt8(ascii: "-")
  let digits = bytes.dropFirst(isNegative ? 1 : 0)
  guard !digits.isEmpty, digits.count <= 18 else { return nil }
  var value = 0
  for byte in digits {
    guard (0x30...0x39).contains(byte) else { return nil }
    value = value * 10 + Int(byte - 0x30)
  }
  return isNegative ? -value : value
}

/// Whether two texts are the same but for what does not change an answer: white space, dollar signs, sizes of LaTeX, case.
private func areSameText(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
  guard max(one.count, other.count) <= 100_000 else { return one == other }
  return one.withUnsafeBufferPointer { one in
    other.withUnsafeBufferPointer { other in
      var (i, j) = (0, 0)
      while true {
        let (a, b) = (nextLetter(of: one, from: &i), nextLetter(of: other, from: &j))
        guard a == b else { return false }
        if a == 0 { return i >= one.count && j >= other.count }
      }
    }
  }
}

/// Takes the next byte that counts, in lower case; 0 at the end.
private func nextLetter(of text: UnsafeBufferPointer<UInt8>, from place: inout Int) -> UInt8 {
  while place < text.count {
    let byte = text[place]
    place += 1
    if byte.isBlank || byte == UInt8(ascii: "$") { continue }
    guard byte == UInt8(ascii: "\\"), place < text.count else {
      return (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    if text[place] == UInt8(ascii: ",") || text[place] == UInt8(ascii: "!") {
      place += 1
    } else if text.holds("left", at: place) {
      place += 4
    } else if text.holds("right", at: place) {
      place += 5
    } else {
      return byte
    }
  }
  return 0
}

/// What an answer says, found in its text first where that is more than the answer; nil where the grammar has no reading, so
/// that the answer is compared as text.
package func parsedAnswer(_ text: String) -> ParsedAnswer? {
  AnswerText(text).parsed
}
