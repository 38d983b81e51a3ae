// Faults in rubrics: what `srar-prep lint` finds.

/// Something in a rubric that is wrong, or likely not meant. Lines are numbered from 1 in the rubric's text.
package enum RubricFinding: Equatable, Sendable {
  /// There is no item at all.
  case empty
  case noAnswer
  case noSuggest
  case severalAnswers(count: Int)
  /// A line begins with a tag that is none of the four; items are read in upper case only.
  case unknownTag(String, line: Int)
  /// A line begins with no tag at all, so that it is no item.
  case noTag(line: Int)
  /// A tag without text.
  case emptyText(RubricItemType, line: Int)
  /// The text of a line stands on an earlier line already, up to case, white space and the full stop.
  case duplicate(line: Int, of: Int)
  /// A line has a control character, or a tab in front of the rest of a command of LaTeX.
  case lostBackslash(line: Int)
  /// Another field than the rubric has such a character.
  case lostBackslashOutside(field: String)
  case tooManyItems(count: Int, limit: Int)

  /// What kind of fault it is, as a word for machines.
  package var name: String {
    switch self {
    case .empty: "empty"
    case .noAnswer: "no-answer"
    case .noSuggest: "no-suggest"
    case .severalAnswers: "several-answers"
    case .unknownTag: "unknown-tag"
    case .noTag: "no-tag"
    case .emptyText: "empty-text"
    case .duplicate: "duplicate"
    case .lostBackslash, .lostBackslashOutside: "lost-backslash"
    case .tooManyItems: "too-many-items"
    }
  }

  /// All the kinds of fault, in the order of the cases.
  package static let names = [
    "empty", "no-answer", "no-suggest", "several-answers", "unknown-tag", "no-tag", "empty-text",
    "duplicate", "lost-backslash", "too-many-items",
  ]

  /// The rubric's line that it is about; nil where it is about the whole rubric.
  package var line: Int? {
    switch self {
    case .empty, .noAnswer, .noSuggest, .severalAnswers, .tooManyItems, .lostBackslashOutside: nil
    case .unknownTag(_, let line), .noTag(let line), .emptyText(_, let line),
      .duplicate(let line, _), .lostBackslash(let line):
      line
    }
  }
}

extension RubricFinding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "the rubric has no item"
    case .noAnswer: "no ANSWER item"
    case .noSuggest: "no SUGGEST item"
    case .severalAnswers(let count): "\(count) ANSWER items, where one is usual"
    case .unknownTag(let tag, let line):
      "line \(line): the tag <\(tag)> is none of <SUGGEST>, <PITFALL>, <BONUS>, <ANSWER>"
        + (RubricItemType(rawValue: tag.uppercased()) == nil ? "" : "; write it in upper case")
    case .noTag(let line): "line \(line) begins with no tag, so that it is no item"
    case .emptyText(let type, let line): "line \(line): <\(type.rawValue)> has no text"
    case .duplicate(let line, let other): "line \(line) says the same as line \(other)"
    case .lostBackslash(let line):
      #"line \#(line) has a control character, which JSON makes of LaTeX such as "\frac" where "\\frac" is meant"#
    case .lostBackslashOutside(let field):
      #""\#(field)" has a control character, which JSON makes of LaTeX such as "\frac" where "\\frac" is meant"#
    case .tooManyItems(let count, let limit): "\(count) items, more than \(limit)"
    }
  }
}

/// The faults of a rubric: first those of the whole, then line by line.
///
/// - Parameter itemLimit: more items than this are too many.
package func rubricFindings(in lines: [RubricLine], itemLimit: Int) -> [RubricFinding] {
  let items = rubricItems(of: lines)
  var findings: [RubricFinding] = []
  if items.isEmpty {
    findings.append(.empty)
  } else {
    let answers = items.count { $0.type == .answer }
    if answers == 0 { findings.append(.noAnswer) }
    if answers > 1 { findings.append(.severalAnswers(count: answers)) }
    if !items.contains(where: { $0.type == .suggest }) { findings.append(.noSuggest) }
    if items.count > itemLimit {
      findings.append(.tooManyItems(count: items.count, limit: itemLimit))
    }
  }
  var lineOfText: [String: Int] = [:]
  for line in lines {
    if let fault = fault(of: line) { findings.append(fault) }
    if line.hasLostBackslash { findings.append(.lostBackslash(line: line.number)) }
    guard line.item(id: 1) != nil else { continue }
    let text = comparable(line.text)
    if let first = lineOfText[text] {
      findings.append(.duplicate(line: line.number, of: first))
    } else {
      lineOfText[text] = line.number
    }
  }
  return findings
}

private func fault(of line: RubricLine) -> RubricFinding? {
  guard let tag = line.tag else { return .noTag(line: line.number) }
  guard let type = RubricItemType(rawValue: tag) else {
    return .unknownTag(tag, line: line.number)
  }
  return line.text.isEmpty ? .emptyText(type, line: line.number) : nil
}

/// A text without the differences that mean nothing.
private func comparable(_ text: String) -> String {
  let words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return words.hasSuffix(".") ? String(words.dropLast()) : words
}
