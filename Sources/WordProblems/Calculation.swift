/// One calculation with two whole numbers: `12 + 7 = 19`.
package struct Calculation: Hashable, Sendable {
  /// The four operations, as they are written.
  package enum Operation: String, Sendable, CaseIterable {
    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"

    /// What one does with it.
    var verb: String {
      switch self {
      case .plus: "Add"
      case .minus: "Subtract"
      case .times: "Multiply"
      case .over: "Divide"
      }
    }
  }

  package let left: Int
  package let operation: Operation
  package let right: Int

  package init(_ left: Int, _ operation: Operation, _ right: Int) {
    self.left = left
    self.operation = operation
    self.right = right
  }

  /// The exact result; nil where it is negative or no whole number.
  package var result: Int? {
    switch operation {
    case .plus: return left + right
    case .minus: return left >= right ? left - right : nil
    case .times: return left * right
    case .over: return right > 0 && left.isMultiple(of: right) ? left / right : nil
    }
  }

  /// The same calculation with its operands in order, where their order does not matter.
  var canonical: Calculation {
    let isCommutative = operation == .plus || operation == .times
    return isCommutative && left > right ? Calculation(right, operation, left) : self
  }

  /// As text, with the result: "12 + 7 = 19".
  package func equation(result: Int) -> String {
    "\(left) \(operation.rawValue) \(right) = \(result)"
  }
}
