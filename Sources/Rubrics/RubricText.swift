// The text form of a rubric: a line `<TYPE> text` an item.

import Foundation

/// How items get their ids.
package enum RubricNumbering: Sendable {
  /// 1 … M over the items (the paper).
  case items
  /// The number of the item's line in the trimmed text, counting blank and unparsed lines (the authors' code).
  case lines
}

/// The items of a rubric text.
///
/// The text is trimmed and split at line feeds, each line trimmed; a line is an item when it begins with `<SUGGEST>`,
/// `<PITFALL>`, `<BONUS>` or `<ANSWER>`, in upper case, and text follows. Other lines are passed over.
package func rubricItems(ofText text: String, numbering: RubricNumbering = .items) -> [RubricItem] {
  var items: [RubricItem] = []
  let lines = text.trimmingCharacters(in: .whitespacesAndNewlines)
    .split(separator: "\n" as Unicode.Scalar, omittingEmptySubsequences: false)
  for (index, line) in lines.enumerated() {
    guard let (type, text) = tagged(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      continue
    }
    let id = numbering == .items ? items.count + 1 : index + 1
    items.append(RubricItem(id: id, type: type, text: text))
  }
  return items
}

/// A rubric in its text form.
package func rubricText(of items: [RubricItem]) -> String {
  items.map { "<\($0.type.rawValue)> \($0.text)" }.joined(separator: "\n")
}

private func tagged(_ line: String) -> (RubricItemType, String)? {
  for type in RubricItemType.allCases where line.hasPrefix("<\(type.rawValue)>") {
    let text = line.dropFirst(type.rawValue.count + 2)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : (type, text)
  }
  return nil
}

extension StringProtocol {
  /// Parts at a scalar, not at a character: "\r\n" is one character to Swift.
  fileprivate func split(
    separator: Unicode.Scalar, omittingEmptySubsequences: Bool
  ) -> [String] {
    unicodeScalars.split(
      separator: separator, omittingEmptySubsequences: omittingEmptySubsequences
    ).map { String(String.UnicodeScalarView($0)) }
  }
}
