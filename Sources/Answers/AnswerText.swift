// The answer of a text that may be more than the answer.

/// The bytes of an answer: of the last boxes where the text has some, of the formula or statement where it is a sentence, else
/// of the text without white space around it.
func answerText(_ text: String) -> [UInt8] {
  var text = text
  text.makeContiguousUTF8()
  if text.utf8.contains(UInt8(ascii: "\\")), text.contains(#"\boxed"#) || text.contains(#"\fbox"#),
    let boxed = boxedAnswers(in: text)
  {
    if let stated = statementBehindBoxes(text) { return trimmed(Array(stated.utf8)) }
    return trimmed(Array(boxed.utf8))
  }
  let bytes = trimmed(Array(text.utf8))
  guard looksLikeProse(bytes), let found = statedAnswer(in: String(decoding: bytes, as: UTF8.self))
  else { return bytes }
  return trimmed(Array(found.utf8))
}

private func trimmed(_ bytes: [UInt8]) -> [UInt8] {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
  guard let first = bytes.firstIndex(where: { !isBlank($0) }),
    let last = bytes.lastIndex(where: { !isBlank($0) })
  else { return [] }
  return first == 0 && last == bytes.count - 1 ? bytes : Array(bytes[first...last])
}

/// Whether there are at least two words and something of mathematics.
private func looksLikeProse(_ bytes: [UInt8]) -> Bool {
  guard bytes.count > 8, bytes.count <= 100_000 else { return false }
  var words = 0
  var length = 0
  var isCommand = false
  for byte in bytes {
    if (0x61...0x7A).contains(byte | 0x20) {
      length += 1
    } else {
      if length >= 2, !isCommand { words += 1 }
      length = 0
      isCommand = byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "{")
    }
  }
  let joints = String(decoding: bytes, as: UTF8.self).split { !$0.isLetter }
    .count { $0 == "and" || $0 == "or" }
  let hasFormula =
    bytes.contains(UInt8(ascii: "$"))
    || zip(bytes, bytes.dropFirst()).contains { $0 == 0x5C && ($1 == 0x5B || $1 == 0x28) }
  return words - joints >= (hasFormula ? 1 : 2)
}

/// The contents of the last box, or of all boxes of the last run with nothing but "and", "or" and commas between them.
private func boxedAnswers(in text: String) -> String? {
  let boxes = Box.all(in: text, withFrames: true).filter { $0.content != nil }
  guard let last = boxes.last?.content else { return nil }
  guard boxes.count > 1 else { return last }
  let pieces = text.components(separatedByBoxes: boxes.compactMap(\.content))
  var run = [last]
  for index in stride(from: boxes.count - 2, through: 0, by: -1) {
    guard let between = pieces[index], isJoint(between), let content = boxes[index].content else {
      break
    }
    run.insert(content, at: 0)
  }
  return run.joined(separator: " , ")
}

private func isJoint(_ text: Substring) -> Bool {
  if text.utf8.count <= 40, text.contains("and "), !text.contains(where: \.isNumber) { return true }
  var rest = String(text)
  if let name = rest.firstMatch(of: /[A-Za-z](_\{?\w+\}?)?\s*=\s*$/) {
    rest.removeSubrange(name.range)
  }
  for mark in [
    #"\text{"#, #"\quad"#, "\\(", "\\)", "$", "}", "and", "or", ",", ";", " ", "\n", ".",
  ] {
    rest = rest.replacing(mark, with: "")
  }
  return rest.isEmpty && !text.isEmpty
}

extension String {
  /// What stands behind each box but the last, up to the next one; nil for boxes inside others.
  fileprivate func components(separatedByBoxes contents: [String]) -> [Substring?] {
    var pieces: [Substring?] = []
    var position = startIndex
    var previousEnd: Index?
    for content in contents {
      guard let range = self[position...].range(of: #"\boxed{"# + content + "}") else {
        pieces.append(nil)
        continue
      }
      if let previousEnd { pieces.append(self[previousEnd..<range.lowerBound]) }
      previousEnd = range.upperBound
      position = range.upperBound
    }
    while pieces.count < contents.count { pieces.append(nil) }
    return pieces
  }

  private func range(of needle: String) -> Range<Index>? { self[...].range(of: needle) }
}

extension Substring {
  fileprivate func range(of needle: String) -> Range<Index>? {
    firstRange(of: needle)
  }
}
