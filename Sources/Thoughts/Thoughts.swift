// Which parts of a model's text are thoughts and which are its answer.

/// The thoughts of a text: what stands between a model's thinking marks, the marks included.
///
/// A chat template may end a prompt with the opening mark, so a closing mark without an opening one ends a thought that began with
/// the text. A thought that never closes reaches to the end of the text. The search takes time linear in the text.
package struct Thoughts: Equatable, Sendable {
  /// UTF-8 bytes of the text, half-open, ascending and without overlap.
  package let spans: [Range<Int>]
  /// Whether the last thought never closes.
  package let isUnclosed: Bool

  /// Finds the thoughts of a text.
  package init(in text: String) {
    self.init(in: Array(text.utf8))
  }

  /// Finds the thoughts of a text in UTF-8; bytes that are not valid UTF-8 do no harm.
  ///
  /// - Parameter quotations: ranges of the text, ascending and without overlap, in which no mark counts.
  package init(in text: [UInt8], passingOver quotations: [Range<Int>] = []) {
    var spans: [Range<Int>] = []
    // The opening mark that waits for its end.
    var open: (start: Int, family: ThoughtFamily)?
    var position = 0
    var quoted = quotations[...]
    if let end = endOfPlainHarmonyThought(in: text) {
      spans.append(0..<end)
      position = end
    } else if beginsAsPlainHarmonyThought(text) {
      open = (0, .harmony)
    }
    while position < text.count {
      while let next = quoted.first, next.upperBound <= position { quoted.removeFirst() }
      if let next = quoted.first, next.contains(position) {
        position = next.upperBound
        continue
      }
      guard let mark = ThoughtMark(in: text, at: position) else {
        position += 1
        continue
      }
      switch (mark.role, open) {
      case (.opening, nil):
        open = (position, mark.family)
      case (.closing, let (start, family)?) where family == mark.family:
        // A mark that begins the next message belongs to no thought.
        spans.append(start..<mark.bytes.upperBound)
        open = nil
      case (.closing, nil) where mark.endsUnopened:
        spans = [0..<mark.bytes.upperBound]
      default:
        break
      }
      position = mark.bytes.upperBound
    }
    if open?.family.isWordInBrackets == true { open = nil }
    if let open { spans.append(open.start..<text.count) }
    self.spans = spans
    isUnclosed = open != nil
  }

  /// Whether a byte of the text stands in a thought.
  package func contains(_ byte: Int) -> Bool {
    let next = indexOfFirst(from: byte + 1)
    return next > 0 && spans[next - 1].contains(byte)
  }

  /// The thoughts that lie in a range of the text whole.
  package func spans(in range: Range<Int>) -> ArraySlice<Range<Int>> {
    let first = indexOfFirst(from: range.lowerBound)
    let end = indexOfFirst(from: range.upperBound)
    return spans[first..<max(first, end)].prefix { $0.upperBound <= range.upperBound }
  }

  /// Which is the first thought that begins at a byte or behind it; the number of thoughts where none does.
  private func indexOfFirst(from byte: Int) -> Int {
    var low = 0
    var high = spans.count
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].lowerBound < byte { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The parts of a text of `count` bytes that are no thoughts, ascending; none is empty.
  package func answerSpans(count: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = 0
    for span in spans {
      if start < span.lowerBound { parts.append(start..<span.lowerBound) }
      start = span.upperBound
    }
    if start < count { parts.append(start..<count) }
    return parts
  }
}

/// A text in UTF-8 without its thoughts; a line feed stands where a thought stood between two parts.
///
/// A text that never stops thinking, or only thinks, is empty.
///
/// - Parameter quotations: ranges of the text, ascending and without overlap, in which no mark counts.
package func withoutThoughts(
  _ text: [UInt8], passingOver quotations: [Range<Int>] = []
) -> [UInt8] {
  let thoughts = Thoughts(in: text, passingOver: quotations)
  if thoughts.spans.isEmpty { return text }
  let parts = thoughts.answerSpans(count: text.count).map { text[$0] }
  return Array(parts.joined(separator: [UInt8(ascii: "\n")]))
}

/// A text without its thoughts; a line feed stands where a thought stood between two parts.
package func withoutThoughts(_ text: String) -> String {
  let bytes = Array(text.utf8)
  let answer = withoutThoughts(bytes)
  return answer.count == bytes.count ? text : String(decoding: answer, as: UTF8.self)
}

/// A text in UTF-8 with line feeds for every byte of its thoughts, so that all places in it stay what they are.
package func blankingThoughts(_ text: [UInt8]) -> [UInt8] {
  var blanked = text
  for span in Thoughts(in: text).spans {
    blanked.replaceSubrange(span, with: repeatElement(UInt8(ascii: "\n"), count: span.count))
  }
  return blanked
}

/// A mark that begins or ends a thought, wherever it stands.
package struct ThoughtMarkPlace: Equatable, Sendable {
  package let bytes: Range<Int>
  package let isOpening: Bool
}

/// The marks of thoughts in a text, in its order.
///
/// - Parameter quotations: ranges of the text, ascending and without overlap, in which no mark counts.
package func thoughtMarks(
  in text: [UInt8], passingOver quotations: [Range<Int>] = []
) -> [ThoughtMarkPlace] {
  var marks: [ThoughtMarkPlace] = []
  var quoted = quotations[...]
  var position = 0
  while position < text.count {
    while let next = quoted.first, next.upperBound <= position { quoted.removeFirst() }
    if let next = quoted.first, next.contains(position) {
      position = next.upperBound
    } else if let mark = ThoughtMark(in: text, at: position) {
      marks.append(ThoughtMarkPlace(bytes: mark.bytes, isOpening: mark.role == .opening))
      position = mark.bytes.upperBound
    } else {
      position += 1
    }
  }
  return marks
}
