// What a sentence states as its answer.

/// The rest of the sentence behind the last "the answer is", "final answer:" and the like.
func textAfterStatement(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  let phrases: [StaticString] = ["answer is", "answer:", "answers are"]
  let places = phrases.compactMap { text.lastRange(of: $0, ignoringCase: true)?.upperBound }
  guard let place = places.max() else { return nil }
  let rest = text[place...].drop {
    $0 == UInt8(ascii: ":") || $0 == 0x20 || $0 == UInt8(ascii: "*")
  }
  let sentence = firstSentence(of: rest)
  return sentence.isEmpty ? nil : sentence
}

/// Text up to the first full stop that ends a sentence, or the end of its line; a displayed formula may have several lines.
private func firstSentence(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var end = text.startIndex
  var isDisplayed = false
  scan: while end < text.endIndex, end - text.startIndex <= 2000 {
    let next = end + 1 < text.endIndex ? text[end + 1] : 0x20
    switch text[end] {
    case 0x0A, 0x0D:
      if !isDisplayed { break scan }
    case UInt8(ascii: "."):
      if next.isBlank || next == UInt8(ascii: "<") { break scan }
    case UInt8(ascii: "<"):
      if next == UInt8(ascii: "|") { break scan }
    case UInt8(ascii: "\\"): isDisplayed = isDisplayed || next == UInt8(ascii: "[")
    default: break
    }
    end += 1
  }
  return text[text.startIndex..<end].trimmed
}

/// The answer that a sentence states: behind "the answer is", in its last formula, or behind its last verb.
func statedAnswer(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard let statement = textAfterStatement(in: text) else {
    return lastFormula(in: text) ?? lastOperand(of: text)
  }
  let isSentence =
    statement.split(separator: 0x20).count { $0.allSatisfy(\.isLetter) } >= 3
  return lastFormula(in: statement) ?? lastOperand(of: statement)
    ?? (isSentence ? lastNumber(in: statement) : nil) ?? statement
}

/// A "final answer is …" that stands behind all boxes: it is the last word.
func statementBehindBoxes(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  guard let box = text.lastRange(of: "boxed{") else { return nil }
  let rest = text[box.upperBound...]
  guard rest.lastRange(of: "final answer is", ignoringCase: true) != nil,
    let statement = textAfterStatement(in: rest), statement.contains(where: \.isDigit)
  else { return nil }
  return lastOperand(of: statement) ?? statement
}

/// What stands between the last delimiters of LaTeX.
private func lastFormula(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  let delimiters: [(open: StaticString, close: StaticString)] = [
    ("$$", "$$"), ("$", "$"), (#"\("#, #"\)"#), (#"\["#, #"\]"#),
  ]
  for (open, close) in delimiters {
    guard let end = text.lastRange(of: close),
      let start = text[..<end.lowerBound].lastRange(of: open),
      start.upperBound < end.lowerBound
    else { continue }
    // A lone dollar sign is money; words around the formula make a sentence of it.
    let isMoney =
      open.utf8CodeUnitCount == 1 && text.count { $0 == UInt8(ascii: "$") } % 2 == 1
    guard !isMoney, text[..<start.lowerBound].contains(where: \.isLetter),
      !text[end.upperBound...].contains(where: \.isDigit)
    else { continue }
    return text[start.upperBound..<end.lowerBound]
  }
  return nil
}

/// What stands behind the last verb of a sentence, or before its unit: "… is 2/3", "… increases by 100%".
private func lastOperand(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  let spoken = text.firstRange(of: "<|").map { text[..<$0.lowerBound] } ?? text
  guard let sentence = lastSentenceWithNumber(of: spoken.trimmed) else { return nil }
  let verbs: [StaticString] = [" is ", " are ", " by ", " equals ", " get ", "it's ", ": "]
  for verb in verbs {
    guard let range = sentence.lastRange(of: verb) else { continue }
    // "2: 15" is no statement.
    if let before = sentence[..<range.lowerBound].last, before.isDigit { continue }
    let rest = sentence[range.upperBound...].drop { $0 == UInt8(ascii: "$") }
    guard let first = rest.first else { continue }
    let begins: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: "."), 0x5C]
    if first.isDigit || begins.contains(first) { return rest }
  }
  return nil
}

private func lastSentenceWithNumber(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  var rest = text
  while let stop = rest.lastRange(of: ". ") {
    let sentence = rest[stop.upperBound...]
    if sentence.contains(where: \.isDigit) { return sentence }
    rest = rest[..<stop.lowerBound]
  }
  return rest.contains(where: \.isDigit) ? rest : nil
}
