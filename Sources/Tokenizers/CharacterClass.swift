// The four classes of characters that pre-tokenisation tells apart.

/// What a character is to the GPT-2 pattern.
enum CharacterClass: UInt8 {
  /// `\p{L}`
  case letter
  /// `\p{N}`: decimal digits, letter numbers and the others, such as ² and ½.
  case number
  /// `\s`: the Unicode property White_Space.
  case space
  /// Everything else.
  case other

  init(_ scalar: Unicode.Scalar) {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber:
      self = .number
    default:
      self = scalar.properties.isWhitespace ? .space : .other
    }
  }

  private static let ascii: [CharacterClass] = (0..<128).map {
    CharacterClass(Unicode.Scalar(UInt8($0)))
  }

  /// The class and the length in bytes of the character at `index` of valid UTF-8.
  static func at(_ index: Int, of text: UnsafeBufferPointer<UInt8>) -> (CharacterClass, Int) {
    let lead = text[index]
    if lead < 0x80 { return (ascii[Int(lead)], 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(text[index + offset] & 0x3F) }
    guard let scalar = Unicode.Scalar(value) else { return (.other, length) }
    return (CharacterClass(scalar), length)
  }
}
