// What a text states, in the form in which two texts are compared.

import Arithmetic

/// A calculation and what a text says that it gives.
struct StatedCalculation {
  /// How closely a calculation must be stated.
  enum Reading {
    /// As it is, or as a part in parentheses or of a longer sum.
    case written
    /// Also where it is only a stage on the way, or the sum of several: 3 + 4 + 5 = 12 states 3 + 4 = 7 and 7 + 5 = 12, and
    /// 52 − 36 = 16 behind 8 + 28 = 36 states 52 − 8 − 28 = 16.
    case evaluated
  }

  let expression: Expression
  /// The calculation in canonical form.
  let form: String
  /// What the text says that it gives; nil where that has no value.
  let result: Rational?
  /// Whether exact arithmetic agrees.
  let holds: Bool
  /// The numbers that it calculates with, in order of size.
  let operands: [Rational]
  /// The canonical forms of the calculations inside it.
  private let innerForms: Set<String>
  /// The operations on two numbers in reading it from left to right.
  private let operations: Set<String>
  /// The calculation with earlier ones in place of their results.
  private var unfoldedForms: Set<String> = []

  init(_ expression: Expression, result: Rational?, holds: Bool) {
    self.expression = expression
    form = expression.canonicalForm
    self.result = result
    self.holds = holds
    operands = expression.literals.map(\.value).sorted()
    innerForms = Set(expression.calculations.dropFirst().map(\.canonicalForm))
    operations = Set(expression.operations)
  }

  /// Whether it states another calculation: the same operation with the same result, or, where both are right, as a part.
  func states(_ other: StatedCalculation, _ reading: Reading) -> Bool {
    if form == other.form {
      return (holds && other.holds) || (result != nil && result == other.result)
    }
    guard holds, other.holds else { return false }
    return innerForms.contains(other.form)
      || (reading == .evaluated
        && (operations.contains(other.form) || unfoldedForms.contains(other.form)))
  }

  /// Notes what the calculation is with one of its numbers, and with all of them, traced back to the earlier ones.
  ///
  /// - Parameter earlier: right calculations by their results.
  mutating func unfold(with earlier: [Rational: Expression]) {
    guard holds, operands.count <= Self.maximumOperands else { return }
    var whole = expression
    for (index, operand) in operands.enumerated() where index == 0 || operands[index - 1] != operand
    {
      guard let calculation = earlier[operand],
        calculation.literals.count <= Self.maximumOperands
      else { continue }
      unfoldedForms.insert(expression.replacing(operand, by: calculation).canonicalForm)
      whole = whole.replacing(operand, by: calculation)
    }
    if unfoldedForms.count > 1 { unfoldedForms.insert(whole.canonicalForm) }
  }

  /// Longer calculations are not traced back.
  private static let maximumOperands = 16
}

/// The calculations of one chain a = b = c. They all say the same, so that one of them is enough.
struct StatedChain {
  let calculations: [StatedCalculation]
  /// Where it stands in the text, in bytes.
  let bytes: Range<Int>

  /// The chains of a text.
  static func all(in bytes: UnsafeRawBufferPointer) -> [StatedChain] {
    let equations = statedEquations(in: bytes)
    var chains: [StatedChain] = []
    var first = 0
    while first < equations.count {
      let end = equations[first...].firstIndex { $0.chain != equations[first].chain }
      chains.append(StatedChain(equations[first..<(end ?? equations.count)]))
      first = end ?? equations.count
    }
    return chains
  }

  /// A calculation without a result states its exact value.
  init(_ stated: StatedExpression) {
    calculations = [
      StatedCalculation(stated.expression, result: stated.expression.value, holds: true)
    ]
    bytes = stated.bytes
  }

  /// Every calculating side gives what the next side says, and what the chain comes to.
  private init(_ links: ArraySlice<Equation>) {
    var calculations: [StatedCalculation] = []
    let outlook = ChainOutlook(
      count: links.count,
      isPlain: { !links[links.startIndex + $0].right.isCalculation },
      holds: { links[links.startIndex + $0].holds })
    for (position, link) in links.enumerated() {
      if link.left.isCalculation {
        calculations.append(
          StatedCalculation(link.left, result: link.rightValue, holds: link.holds))
        if let last = outlook.lastPlain, last >= position,
          links[links.startIndex + last].rightValue != link.rightValue
        {
          calculations.append(
            StatedCalculation(
              link.left, result: links[links.startIndex + last].rightValue,
              holds: position >= outlook.firstHolding))
        }
      }
      if link.right.isCalculation, position == links.count - 1 || !link.left.isCalculation {
        calculations.append(
          StatedCalculation(link.right, result: link.leftValue, holds: link.holds))
      }
    }
    self.calculations = calculations
    bytes = (links.first?.bytes.lowerBound ?? 0)..<(links.last?.bytes.upperBound ?? 0)
  }
}
