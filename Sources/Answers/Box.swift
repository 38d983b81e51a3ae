/// A `\boxed{…}` of a response.
package struct Box: Equatable, Sendable {
  /// What stands between the brace and the one that balances it; nil where none does. Escaped braces count as braces.
  package let content: String?

  /// The last box that is opened; nil where none is.
  package static func last(in response: String) -> Box? {
    let bytes = Array(response.utf8)
    return BoxPlace.all(in: bytes[...]).last.map { place in
      Box(content: place.content.map { String(decoding: bytes[$0], as: UTF8.self) })
    }
  }
}

/// Where a box stands in the bytes of a text.
struct BoxPlace {
  /// Where its backslash stands.
  let start: Int
  private let brace: Int
  /// What stands between its braces; nil where it is not closed.
  private(set) var content: Range<Int>?

  /// Every box that is opened, in the order of their opening braces; found in one pass.
  ///
  /// - Parameter withFrames: whether `\fbox{…}` is one, too.
  static func all(in bytes: ArraySlice<UInt8>, withFrames: Bool = false) -> [BoxPlace] {
    guard bytes.contains("box") else { return [] }
    // For each open brace: the index of the box that it opens, or −1 for a brace of its own.
    var open: [Int] = []
    var boxes: [BoxPlace] = []
    open.reserveCapacity(64)
    bytes.withUnsafeBufferPointer { text in
      for position in 0..<text.count where text[position] >= UInt8(ascii: "{") {
        if text[position] == UInt8(ascii: "{") {
          let length =
            text.holds(#"\boxed"#, at: position - 6)
            ? 6 : withFrames && text.holds(#"\fbox"#, at: position - 5) ? 5 : 0
          open.append(length > 0 ? boxes.count : -1)
          if length > 0 {
            let place = bytes.startIndex + position
            boxes.append(BoxPlace(start: place - length, brace: place))
          }
        } else if text[position] == UInt8(ascii: "}") {
          // A closing brace before any box is nobody's.
          guard let box = open.popLast(), box >= 0 else { continue }
          boxes[box].close(at: bytes.startIndex + position)
        }
      }
    }
    return boxes
  }

  private init(start: Int, brace: Int) {
    self.start = start
    self.brace = brace
  }

  private mutating func close(at place: Int) { content = brace + 1..<place }

  /// More boxes than this are no one answer.
  private static let longestRun = 64

  /// The boxes that make up the last answer: the last closed one, and those before it with nothing but "and", "or" and commas
  /// between them.
  static func lastRun(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    let boxes = all(in: bytes, withFrames: true)
    var run: [Range<Int>] = []
    var next: BoxPlace?
    for box in boxes.reversed() {
      guard let content = box.content else { continue }
      if let next {
        guard run.count < longestRun, content.upperBound < next.start,
          isJoint(bytes[content.upperBound + 1..<next.start])
        else { break }
      }
      run.append(content)
      next = box
    }
    return run.reversed()
  }

  /// Whether a text between two boxes says that both belong to one answer.
  private static func isJoint(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count <= 60, !text.contains(where: \.isDigit) || text.contains("_") else {
      return false
    }
    if text.count <= 40, text.contains("and ") { return true }
    var rest = withoutAssignment(text)
    var isJoining = rest.isEmpty
    while let byte = rest.first {
      if rest.starts(with: "and") || rest.starts(with: "or") {
        rest = rest.dropFirst(rest.starts(with: "and") ? 3 : 2)
        isJoining = true
      } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") {
        rest.removeFirst()
        isJoining = true
      } else if rest.starts(with: #"\text{"#) {
        rest = rest.dropFirst(6)
      } else if rest.starts(with: #"\quad"#) {
        rest = rest.dropFirst(5)
        isJoining = true
      } else if rest.starts(with: #"\("#) || rest.starts(with: #"\)"#) {
        rest = rest.dropFirst(2)
      } else if byte.isBlank || byte == UInt8(ascii: "$") || byte == UInt8(ascii: "}") {
        rest.removeFirst()
      } else {
        return false
      }
    }
    return isJoining
  }

  /// A text without the "y_2 =" at its end.
  private static func withoutAssignment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = text.trimmed
    guard rest.last == UInt8(ascii: "=") else { return text }
    rest = rest.dropLast().trimmed
    if let low = rest.lastIndex(of: UInt8(ascii: "_")), rest[low...].count <= 5 {
      rest = rest[..<low]
    }
    guard rest.last?.isLetter == true else { return text }
    return rest.dropLast()
  }
}
