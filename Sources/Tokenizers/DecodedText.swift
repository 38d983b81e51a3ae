// From the bytes of tokens to text, with the place of each token in it.

/// The text of a sequence of tokens, and where each of them stands in it.
package struct DecodedText: Sendable, Equatable {
  package let text: String
  /// The UTF-8 bytes of `text` that each token wrote, half-open, one range a token. Together they
  /// are the whole text, without gap or overlap; those of special tokens are empty.
  package let byteRanges: [Range<Int>]

  /// Joins the tokens' bytes. What is not UTF-8 becomes U+FFFD, one for each part that no character
  /// could begin with or continue; it belongs to the token of its first byte.
  init(bytes: [UInt8], tokenEnds: [Int]) {
    var starts = 0
    if let text = String(validating: bytes, as: UTF8.self) {
      self.text = text
      byteRanges = tokenEnds.map { end in
        defer { starts = end }
        return starts..<end
      }
      return
    }
    let (repaired, places) = Self.repaired(bytes)
    text = String(decoding: repaired, as: UTF8.self)
    byteRanges = tokenEnds.map { end in
      defer { starts = places[end] }
      return starts..<places[end]
    }
  }

  /// Valid UTF-8, and for each boundary between the given bytes the place in it.
  private static func repaired(_ bytes: [UInt8]) -> ([UInt8], places: [Int]) {
    var result: [UInt8] = []
    var places: [Int] = []
    places.reserveCapacity(bytes.count + 1)
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar):
        for byte in scalar {
          places.append(result.count)
          result.append(byte)
        }
      case .error(let length):
        places.append(result.count)
        result.append(contentsOf: [0xEF, 0xBF, 0xBD])
        places.append(contentsOf: repeatElement(result.count, count: length - 1))
      case .emptyInput:
        places.append(result.count)
        return (result, places)
      }
    }
  }
}
