package import Rubrics

/// One problem of the embedded task.
package struct WordProblem: Equatable, Sendable {
  /// The text, question included.
  package let text: String
  package let answer: Int
  /// A SUGGEST item per calculation, PITFALLs, a BONUS where a shortcut exists, and the ANSWER.
  package let rubric: [RubricItem]
  /// A reference solution in step format, one calculation a step.
  package let solution: String
  /// The calculations of the solution, in order.
  package let calculations: [Calculation]
}

/// Which set a problem belongs to.
package enum ProblemSplit: String, CaseIterable, Sendable {
  case train, test

  /// The set of a text: one in ten is a test problem. Whatever the seeds and counts, no text is in both.
  package init(text: String) { self.init(fingerprint: textFingerprint(text)) }

  init(fingerprint: UInt64) {
    self = (fingerprint >> 32).isMultiple(of: 10) ? .test : .train
  }
}

/// FNV-1a of a text, 64 bits. That two problems share one costs the second of them its place, no more.
func textFingerprint(_ text: String) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return hash
}

/// What a problem asks for in the end.
package enum ProblemQuestion: String, CaseIterable, Sendable {
  /// How many there are: one wrong calculation, and the answer is wrong.
  case total
  /// How many groups of five are full: a coarse answer, which is often right by luck over wrong calculations.
  case groups

  static let groupSize = 5

  /// How many calculations lead from the total to the answer.
  package var calculationCount: Int {
    switch self {
    case .total: 0
    case .groups: 2
    }
  }
}

/// How hard the problems are.
package enum Difficulty: Int, CaseIterable, Sendable {
  /// Sums and differences of small numbers.
  case easy = 1
  /// Small products and two-digit numbers as well.
  case medium
  /// Quotients, per cents and three-digit numbers as well.
  case hard

  /// How many there are at the start.
  var start: ClosedRange<Int> {
    switch self {
    case .easy: 4...20
    case .medium: 5...60
    case .hard: 20...400
    }
  }

  /// How many come or go at once.
  var change: ClosedRange<Int> {
    switch self {
    case .easy: 2...9
    case .medium: 2...30
    case .hard: 5...200
    }
  }

  /// There are never more than this.
  var ceiling: Int {
    switch self {
    case .easy: 50
    case .medium: 200
    case .hard: 2000
    }
  }
}
