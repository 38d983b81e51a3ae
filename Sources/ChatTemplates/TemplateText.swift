// Texts that remember which of their characters came from messages.

/// A text as Python has it, a row of code points, each of the template or of a message.
///
/// What is compared, searched or measured are the code points alone.
struct TemplateText: Equatable {
  /// Code points; the highest bit marks those of messages.
  private(set) var units: [UInt32]
  private static let mark: UInt32 = 1 << 31

  init(_ text: some StringProtocol, isContent: Bool = false) {
    units = text.unicodeScalars.map { $0.value | (isContent ? Self.mark : 0) }
  }

  private init(units: some Sequence<UInt32>) { self.units = Array(units) }

  static func == (one: Self, other: Self) -> Bool {
    one.units.count == other.units.count
      && zip(one.units, other.units).allSatisfy { $0 & ~mark == $1 & ~mark }
  }

  static func + (one: Self, other: Self) -> Self { Self(units: one.units + other.units) }

  mutating func append(_ other: Self) { units += other.units }

  var count: Int { units.count }
  var isEmpty: Bool { units.isEmpty }

  var string: String {
    var scalars = String.UnicodeScalarView()
    for unit in units {
      if let scalar = Unicode.Scalar(unit & ~Self.mark) { scalars.append(scalar) }
    }
    return String(scalars)
  }

  subscript(range: Range<Int>) -> Self { Self(units: units[range]) }

  func character(_ index: Int) -> Self { Self(units: [units[index]]) }

  /// The same text with others for its characters, each of its own character's origin.
  func mapped(_ change: (Unicode.Scalar) -> String) -> Self {
    var result: [UInt32] = []
    result.reserveCapacity(units.count)
    for unit in units {
      guard let scalar = Unicode.Scalar(unit & ~Self.mark) else { continue }
      for other in change(scalar).unicodeScalars { result.append(other.value | unit & Self.mark) }
    }
    return Self(units: result)
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    units.contains { $0 & ~Self.mark == scalar.value }
  }

  /// Runs of one origin, in order.
  var runs: [(text: String, isContent: Bool)] {
    var runs: [(text: String, isContent: Bool)] = []
    var start = 0
    while start < units.count {
      let mark = units[start] & Self.mark
      let end = units[start...].firstIndex { $0 & Self.mark != mark } ?? units.count
      runs.append((self[start..<end].string, mark != 0))
      start = end
    }
    return runs
  }

  private func matches(_ other: Self, at place: Int) -> Bool {
    place + other.count <= count
      && other.units.indices.allSatisfy {
        units[place + $0] & ~Self.mark == other.units[$0] & ~Self.mark
      }
  }

  func hasPrefix(_ other: Self) -> Bool { matches(other, at: 0) }
  func hasSuffix(_ other: Self) -> Bool {
    other.count <= count && matches(other, at: count - other.count)
  }

  func contains(_ other: Self) -> Bool {
    other.isEmpty || !places(of: other, limit: 1).isEmpty
  }

  /// Where another text stands, from the first on and without overlap, by the search of Knuth, Morris and Pratt.
  private func places(of other: Self, limit: Int) -> [Int] {
    let wanted = other.units.map { $0 & ~Self.mark }
    // For each beginning of the other text, how much of its end is a beginning too.
    var overlaps = [0]
    var length = 0
    for unit in wanted.dropFirst() {
      while length > 0, wanted[length] != unit { length = overlaps[length - 1] }
      if wanted[length] == unit { length += 1 }
      overlaps.append(length)
    }
    var places: [Int] = []
    length = 0
    for (index, unit) in units.enumerated() where places.count < limit {
      let point = unit & ~Self.mark
      while length > 0, wanted[length] != point { length = overlaps[length - 1] }
      if wanted[length] == point { length += 1 }
      if length == wanted.count {
        places.append(index + 1 - length)
        length = 0
      }
    }
    return places
  }

  /// The parts between separators, which are not empty, cut at most `limit` times.
  func split(by separator: Self, limit: Int = .max) -> [Self] {
    var parts: [Self] = []
    var start = 0
    for end in places(of: separator, limit: limit) {
      parts.append(self[start..<end])
      start = end + separator.count
    }
    return parts + [self[start..<count]]
  }

  /// The words between white space.
  var words: [Self] {
    units.split { isPythonSpace($0 & ~Self.mark) }.map { Self(units: $0) }
  }

  /// The same text with its characters in the opposite order.
  var reversed: Self { Self(units: units.reversed()) }

  /// Without some characters at its ends: white space unless they are named.
  func stripped(_ characters: Self?, left: Bool = true, right: Bool = true) -> Self {
    func isStripped(_ unit: UInt32) -> Bool {
      let point = unit & ~Self.mark
      return characters.map { $0.units.contains { $0 & ~Self.mark == point } }
        ?? isPythonSpace(point)
    }
    var rest = units[...]
    if left { rest = rest.drop(while: isStripped) }
    while right, let last = rest.last, isStripped(last) { rest.removeLast() }
    return Self(units: rest)
  }
}

/// Whether Python's `str.isspace` holds for a code point.
func isPythonSpace(_ point: UInt32) -> Bool {
  (0x1c...0x1f).contains(point) || Unicode.Scalar(point)?.properties.isWhitespace == true
}
