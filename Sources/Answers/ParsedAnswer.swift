package import Algebra

/// An answer by its shape.
package indirect enum ParsedAnswer: Equatable, Sendable {
  /// A number or an expression, with the unit that stands behind it.
  case formula(Formula, unit: Unit?)
  /// Sides and the relations between them.
  case relation([ParsedAnswer], [Comparison])
  /// A tuple or interval in the brackets that it is written with.
  case bracketed([ParsedAnswer], isOpenBelow: Bool, isOpenAbove: Bool)
  case set([ParsedAnswer])
  /// Several answers side by side.
  case list([ParsedAnswer])
  case union([ParsedAnswer])
  case intersection([ParsedAnswer])
  /// A set without another.
  case difference(ParsedAnswer, ParsedAnswer)
  case ratio([Formula])
  case matrix([[Formula]])
  /// Rows of a table whose cells are more than formulas, such as the cases of a function.
  case table([[ParsedAnswer]])
  /// Something for every value of an index, such as a union over all whole numbers: its name, its bounds, what it ranges over.
  case family(String, bounds: [ParsedAnswer], ParsedAnswer)
  /// A time of day.
  case time(hour: Int, minute: Int, DayHalf?)
  case reals
  /// Words in lower case, or a letter of choice.
  case words([String])
  /// Prose with formulas in it, in their order.
  case passage([ParsedAnswer])

  /// A relation between two sides.
  package enum Comparison: Sendable {
    case equal, less, lessOrEqual, greater, greaterOrEqual, notEqual, approximately, element
  }

  /// What a number is of.
  package enum Unit: Equatable, Sendable {
    case percent, degree
    /// A unit's words and exponents as they are written, without spaces.
    case named(String)
  }

  /// a.m. or p.m.
  package enum DayHalf: Sendable {
    case morning, afternoon
  }
}
