/// The words that a language model is asked with, for questions of one kind; marks such as `{{steps}}` in them are replaced.
package struct JudgePrompt<Question: JudgeQuestion>: Equatable, Sendable {
  package let template: String
  /// The entries that the template shows as examples.
  let examples: [Question.Entry]
  private let parts: [Part]

  private enum Part: Equatable, Sendable {
    case text(String)
    case mark(String)
  }

  /// Our own words.
  package init() {
    template = Question.template
    parts = Self.parts(of: template)
    examples = entries(in: Array(template.utf8), of: Question.Entry.self)
  }

  /// - Returns: nil where the template lacks a mark without which nothing can be decided.
  package init?(template: String) {
    self.template = template
    let parts = Self.parts(of: template)
    guard Question.requiredMarks.allSatisfy({ parts.contains(.mark($0)) }) else { return nil }
    self.parts = parts
    examples = entries(in: Array(template.utf8), of: Question.Entry.self)
  }

  /// The marks that are replaced.
  package static var knownMarks: [String] {
    var marks: [String] = []
    for case .mark(let name) in parts(of: Question.template) where !marks.contains(name) {
      marks.append(name)
    }
    return marks + (Question.requiredMarks + ["marker"]).filter { !marks.contains($0) }
  }

  /// What looks like a mark in a template and is none: a word of two letters or more between double braces.
  ///
  /// Other double braces are text, as in `\frac{{1}}{2}` or `x^{{n}}`.
  package static func unknownMarks(in template: String) -> [String] {
    let known = knownMarks.map { "{{\($0)}}" }
    return template.matches(of: /\{\{[ ]*[A-Za-z_]{2,}[ ]*\}\}/).map { String($0.output) }
      .filter { !known.contains($0) }
  }

  /// What the model reads. Each mark is replaced once: what a value contains is no mark, and one without a value stays.
  func text(_ question: Question, asking ids: [Int], marker: String) -> String {
    var values = question.values(asking: ids, marker: marker)
    values["marker"] = marker
    var text = ""
    text.reserveCapacity(values.values.reduce(template.utf8.count) { $0 + $1.utf8.count })
    for part in parts {
      switch part {
      case .text(let words): text += words
      case .mark(let name): text += values[name] ?? "{{\(name)}}"
      }
    }
    return text
  }

  private static func parts(of template: String) -> [Part] {
    var parts: [Part] = []
    var rest = template[...]
    while let match = rest.firstMatch(of: /\{\{([a-z]+)\}\}/) {
      parts.append(.text(String(rest[..<match.range.lowerBound])))
      parts.append(.mark(String(match.1)))
      rest = rest[match.range.upperBound...]
    }
    return parts + [.text(String(rest))]
  }
}
