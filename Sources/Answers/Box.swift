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
    for (position, byte) in zip(bytes.indices, bytes) {
      switch byte {
      case UInt8(ascii: "{"):
        let before = bytes[..<position]
        let marker =
          before.ends(with: #"\boxed"#) ? 6 : withFrames && before.ends(with: #"\fbox"#) ? 5 : 0
        open.append(marker > 0 ? boxes.count : -1)
        if marker > 0 { boxes.append(BoxPlace(start: position - marker, content: nil)) }
      case UInt8(ascii: "}"):
        // A closing brace before any box is nobody's.
        guard let box = open.popLast(), box >= 0 else { continue }
        let begin = boxes[box].start
        let brace = bytes[begin...].firstIndex(of: UInt8(ascii: "{")) ?? position
        boxes[box].content = brace + 1..<position
      default: break
      }
    }
    return boxes
  }

  /// The boxes that make up the last answer: the last closed one, and those before it with nothing but "and", "or" and commas
  /// between them.
  static func lastRun(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    let boxes = all(in: bytes, withFrames: true).filter { $0.content != nil }
    guard var first = boxes.last, let last = first.content else { return [] }
    var run = [last]
    for box in boxes.dropLast().reversed() {
      guard let content = box.content, content.upperBound < first.start,
        isJoint(bytes[content.upperBound + 1..<first.start])
      else { break }
      run.append(content)
      first = box
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

extension ArraySlice<UInt8> {
  fileprivate func ends(with needle: StaticString) -> Bool {
    suffix(needle.utf8CodeUnitCount).equals(needle)
  }
}
