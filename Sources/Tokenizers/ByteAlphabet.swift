// The characters by which `tokenizer.json` writes bytes.

/// One printable character for each byte, so that a vocabulary of byte strings can be JSON text.
///
/// Printable bytes of Latin-1 stand for themselves; the others, in their order, for U+0100 and up.
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, `bytes_to_unicode`.)
enum ByteAlphabet {
  /// The character of each byte.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? Unicode.Scalar(byte)
      }
    }
  }()

  private static let bytes: [UInt32: UInt8] = Dictionary(
    uniqueKeysWithValues: characters.enumerated().map { ($1.value, UInt8($0)) })

  /// The text that stands for these bytes.
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var result = String.UnicodeScalarView()
    for byte in bytes { result.append(characters[Int(byte)]) }
    return String(result)
  }

  /// The bytes that the text stands for, or nil where it holds any other character.
  static func bytes(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = bytes[scalar.value] else { return nil }
      result.append(byte)
    }
    return result
  }
}
