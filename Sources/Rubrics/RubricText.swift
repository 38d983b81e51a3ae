// The text form of a rubric: a line `<TYPE> text` an item.

import Foundation

/// How items get their ids.
package enum RubricNumbering: Sendable {
  /// 1 … M over the items (the paper).
  case items
  /// The number of the item's line in the trimmed text, counting blank and unparsed lines (the authors' code).
  case lines
}

/// One line of a rubric before anything is asked of it: what `lint` looks at, and what items are made from.
package struct RubricLine: Equatable, Sendable {
  /// The line's number in the trimmed text, from 1, counting blank lines.
  package let number: Int
  /// What stands between `<` and `>` at the start of the line; nil where the line begins otherwise.
  package let tag: String?
  /// What follows the tag, trimmed; the whole line where there is none.
  package let text: String
  /// Whether the line, before it was trimmed, has what JSON makes of LaTeX with too few backslashes.
  package let hasLostBackslash: Bool

  package init(number: Int, tag: String?, text: String, hasLostBackslash: Bool = false) {
    self.number = number
    self.tag = tag
    self.text = text
    self.hasLostBackslash = hasLostBackslash
  }

  /// The item that the line makes, under a number; nil where the tag is none of the four or no text follows.
  package func item(id: Int) -> RubricItem? {
    guard let type = tag.flatMap(RubricItemType.init(rawValue:)), !text.isEmpty else { return nil }
    return RubricItem(id: id, type: type, text: text)
  }
}

/// The lines of a rubric text that are not blank.
///
/// The text is trimmed and split at line feeds, each line trimmed.
package func rubricLines(ofText text: String) -> [RubricLine] {
  let lines = text.trimmingCharacters(in: .whitespacesAndNewlines)
    .unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
  return lines.enumerated().compactMap { index, scalars in
    // Split at the scalar, not at the character: "\r\n" is one character to Swift.
    let isDamaged = hasLostBackslash(String(scalars))
    let line = String(scalars).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !line.isEmpty else { return nil }
    guard line.utf8.first == UInt8(ascii: "<"), let end = line.firstIndex(of: ">") else {
      return RubricLine(
        number: index + 1, tag: nil, text: line, hasLostBackslash: isDamaged)
    }
    let rest = line[line.index(after: end)...].trimmingCharacters(in: .whitespacesAndNewlines)
    return RubricLine(
      number: index + 1, tag: String(line[..<end].dropFirst()), text: rest,
      hasLostBackslash: isDamaged)
  }
}

/// The items of a rubric text.
///
/// A line is an item when it begins with `<SUGGEST>`, `<PITFALL>`, `<BONUS>` or `<ANSWER>`, in upper case, and text
/// follows. Other lines are passed over; `rubricFindings` names them.
package func rubricItems(ofText text: String, numbering: RubricNumbering = .items) -> [RubricItem] {
  rubricItems(of: rubricLines(ofText: text), numbering: numbering)
}

/// The items among a rubric's lines.
package func rubricItems(
  of lines: [RubricLine], numbering: RubricNumbering = .items
) -> [RubricItem] {
  var items: [RubricItem] = []
  for line in lines {
    let id = numbering == .items ? items.count + 1 : line.number
    if let item = line.item(id: id) { items.append(item) }
  }
  return items
}

/// A rubric in its text form. A line break inside an item becomes a blank, since a line is an item.
package func rubricText(of items: [RubricItem]) -> String {
  items.map { item in
    let text = item.text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "<\(item.type.rawValue)> \(text)"
  }
  .joined(separator: "\n")
}
