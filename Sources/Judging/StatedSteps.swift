import Arithmetic
import Steps
import Thoughts

/// What each step of a response calculates, and the text outside of the steps; thoughts state nothing.
struct StatedSteps {
  /// A calculation of a step.
  struct Place: Hashable {
    /// The step's number, from 1; 0 is the text outside of the steps.
    let step: Int
    /// Which of its calculations, from 0.
    let index: Int
  }

  /// By step number; those at 0 stand outside of the steps.
  private let calculations: [[StatedCalculation]]

  init(response: String, steps: [ResponseStep]) {
    let utf8 = blankingThoughts(Array(response.utf8))
    var outside: [StatedCalculation] = []
    var perStep: [[StatedCalculation]] = []
    var end = 0
    // The calculations so far by their results; of several with the same result, the last.
    var earlier: [Rational: Expression] = [:]
    utf8.withUnsafeBytes { bytes in
      func read(_ range: Range<Int>) -> [StatedCalculation] {
        let chains = StatedChain.all(in: UnsafeRawBufferPointer(rebasing: bytes[range]))
        return chains.flatMap(\.calculations).map { stated in
          var calculation = stated
          calculation.unfold(with: earlier)
          if calculation.holds, let result = calculation.result {
            earlier[result] = calculation.expression
          }
          return calculation
        }
      }
      for step in steps {
        let range = step.bytes.clamped(to: 0..<bytes.count)
        if end < range.lowerBound { outside += read(end..<range.lowerBound) }
        perStep.append(read(range))
        end = max(end, range.upperBound)
      }
      if end < bytes.count { outside += read(end..<bytes.count) }
    }
    calculations = [outside] + perStep
  }

  /// How many steps there are.
  var count: Int { calculations.count - 1 }

  /// The first calculation that meets a condition: in the steps, else outside of them where that is asked for.
  func first(
    includingOutside: Bool = false, where matches: (StatedCalculation, Place) -> Bool
  ) -> Place? {
    for step in 1..<max(1, calculations.count) {
      if let place = first(inStep: step, where: matches) { return place }
    }
    return includingOutside ? first(inStep: 0, where: matches) : nil
  }

  private func first(
    inStep step: Int, where matches: (StatedCalculation, Place) -> Bool
  ) -> Place? {
    for (index, calculation) in calculations[step].enumerated() {
      let place = Place(step: step, index: index)
      if matches(calculation, place) { return place }
    }
    return nil
  }
}
