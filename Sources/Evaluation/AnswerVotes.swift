package import Answers

/// The answers to one problem, and how many samples gave each.
package struct AnswerVotes: Equatable, Sendable {
  /// Samples that say the same.
  package struct Answer: Equatable, Sendable {
    /// As the first of them wrote it.
    package let text: String
    package fileprivate(set) var count: Int
    package let isCorrect: Bool
  }

  /// In the order in which they first came.
  package private(set) var answers: [Answer] = []
  /// Samples without an answer.
  package private(set) var silent = 0
  private let checker: AnswerChecker

  /// - Parameter checker: decides which wrong answers are equal; all right answers are one, as the reward decided.
  package init(checker: AnswerChecker = .math) { self.checker = checker }

  /// Counts the answer of one sample; nil where it gave none.
  package mutating func add(_ answer: String?, isCorrect: Bool) {
    guard let answer else {
      silent += 1
      return
    }
    let index = answers.firstIndex { known in
      guard known.isCorrect == isCorrect else { return false }
      return isCorrect || known.text == answer
        || checker.compare(answer, with: known.text).isEqual
    }
    if let index {
      answers[index].count += 1
    } else {
      answers.append(Answer(text: answer, count: 1, isCorrect: isCorrect))
    }
  }

  /// How many samples were counted.
  package var samples: Int { answers.reduce(silent) { $0 + $1.count } }

  /// How many of them are right.
  package var correct: Int { answers.reduce(0) { $0 + ($1.isCorrect ? $1.count : 0) } }

  /// maj@k; nil where there are fewer than k samples.
  package func majority(atK k: Int) -> Double? {
    majorityAtK(
      right: correct, others: answers.filter { !$0.isCorrect }.map(\.count), silent: silent, k: k)
  }
}
