/// A piece of an answer's text.
struct AnswerToken {
  enum Kind: Equatable {
    case digits
    /// One letter of mathematics, or a Greek one or a name in upright letters by its name.
    case letter(String)
    /// A word of prose, in lower case.
    case word(String)
    /// A command of LaTeX without a sign of its own, by one name for each meaning.
    case command(String)
    /// One character that counts, normalised: + - * / ^ _ = ( ) [ ] { } | , ; : . ! % & < > ' ° and the like.
    case sign(Sign)
    /// An opening or closing brace that stands for a set.
    case setOpen, setClose
    /// ≤, ≥, ≠, ≈, ∈, ∪, ∩, ∖, ±, ∓ and their kin by one name each.
    case relation(ParsedAnswer.Comparison)
    case union, intersection, without
    case plusMinus, minusPlus
    /// A new row of a matrix.
    case row
  }

  var kind: Kind
  /// Its bytes in the text.
  var start: Int
  var end: Int
  /// Whether white space, or a thin space of LaTeX, stands before it.
  var isSpaced: Bool

  /// Whether it ties the answers of a list together.
  var isJoint: Bool { kind == .word("and") || kind == .word("or") }
}

/// One character that counts by itself.
struct Sign: Equatable, ExpressibleByUnicodeScalarLiteral {
  let scalar: Unicode.Scalar

  init(unicodeScalarLiteral scalar: Unicode.Scalar) { self.scalar = scalar }

  init(_ byte: UInt8) { scalar = Unicode.Scalar(byte) }

  /// Whether it is one of these.
  func isOne(of scalars: String) -> Bool { scalars.unicodeScalars.contains(scalar) }
}
