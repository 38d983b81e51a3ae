import RandomStreams

/// Damages a file's bytes as bad disks, careless programs and attackers do.
struct ByteMutation {
  /// Texts that mean something in the files; put in where bytes are replaced or inserted.
  let words: [[UInt8]]

  /// Numbers at the edges of what readers check.
  private static let edges: [UInt64] = [
    0, 1, 2, 31, 32, 127, 128, 255, 256, 65_535, 1 << 24, 1 << 31, 1 << 32, 1 << 40, 1 << 62,
    1 << 63, .max, .max - 1, .max - 31,
  ]

  /// From one to four changes.
  func mutate(_ bytes: [UInt8], _ random: inout RandomStream) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<random.integer(in: 1...4) where !bytes.isEmpty {
      let place = random.integer(in: 0..<bytes.count)
      switch random.integer(in: 0...7) {
      case 0: bytes[place] ^= UInt8(1 << random.integer(in: 0...7))
      case 1: bytes[place] = UInt8(random.integer(in: 0...255))
      case 2: overwrite(&bytes, at: place, with: number(&random))
      case 3: bytes.removeLast(bytes.count - place)
      case 4: bytes.insert(contentsOf: random.element(of: words), at: place)
      case 5: overwrite(&bytes, at: place, with: random.element(of: words))
      case 6:
        bytes.removeSubrange(place..<min(bytes.count, place + random.integer(in: 1...16)))
      default:
        let copied = bytes[place..<min(bytes.count, place + random.integer(in: 1...64))]
        bytes.insert(contentsOf: Array(copied), at: random.integer(in: 0...bytes.count))
      }
    }
    return bytes
  }

  /// A number at an edge, little-endian, in one, two, four or eight bytes.
  private func number(_ random: inout RandomStream) -> [UInt8] {
    let value = random.element(of: Self.edges)
    return (0..<random.element(of: [1, 2, 4, 8])).map {
      UInt8(truncatingIfNeeded: value >> ($0 * 8))
    }
  }

  private func overwrite(_ bytes: inout [UInt8], at place: Int, with new: [UInt8]) {
    bytes.replaceSubrange(place..<min(bytes.count, place + new.count), with: new)
  }
}
