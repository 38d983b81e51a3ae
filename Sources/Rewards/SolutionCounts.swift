import Answers
import Steps

/// What reference solutions lack, counted, with the first problem of each kind: a policy that is warmed up on them learns it.
package struct SolutionCounts: Equatable, Sendable {
  /// One kind of lack.
  package struct Lack: Equatable, Sendable {
    package fileprivate(set) var count = 0
    /// The id of the first problem.
    package fileprivate(set) var first = ""

    fileprivate mutating func add(_ id: String) {
      if count == 0 { first = id }
      count += 1
    }
  }

  package private(set) var solutions = 0
  package private(set) var withoutSteps = Lack()
  package private(set) var withoutBox = Lack()
  /// Solutions whose boxed answer is not the reference answer.
  package private(set) var otherAnswer = Lack()

  package init() {}

  /// Looks at the solution of a problem.
  ///
  /// - Parameter groundTruth: the reference answer, where there is one.
  package mutating func add(_ solution: String, groundTruth: String?, of id: String) {
    solutions += 1
    if steps(of: solution, style: .headers).isEmpty { withoutSteps.add(id) }
    guard let found = answer(in: solution, rules: [.boxed]) else {
      withoutBox.add(id)
      return
    }
    guard let groundTruth else { return }
    if !AnswerChecker.math.compare(found.text, with: groundTruth).isEqual { otherAnswer.add(id) }
  }

  /// What to tell the user, a line for each kind of lack.
  package var notes: [String] {
    let kinds: [(Lack, String)] = [
      (withoutSteps, "without a step header such as \"### Step 1:\""),
      (withoutBox, "without an answer in \\boxed{}"),
      (otherAnswer, "with another answer in \\boxed{} than the reference answer"),
    ]
    return kinds.filter { $0.0.count > 0 }.map { lack, what in
      "reference solutions \(what): \(lack.count) of \(solutions), first that of \"\(lack.first)\""
    }
  }
}
