// Verdicts in the reply of a language model: lenient about what is around them, strict about what they are.

import JSONLines
package import Rubrics

/// The verdicts of a reply.
package struct ReadVerdicts: Equatable, Sendable {
  /// One an item at most, in the order of the reply; the first on an item counts.
  package var verdicts: [Verdict] = []
  /// How many entries were no verdict on an item that was asked about: of a wrong type, unknown, or given twice.
  package var dropped = 0

  package init() {}

  /// Reads a reply.
  ///
  /// An entry is an object with the members `id`, `satisfied` and `step`, of which `id` and `step` are integers and `satisfied`
  /// is true or false; `"2"`, `2.0` and `"true"` are not. Around the entries anything may stand: fences, prose, several arrays, an
  /// array that is cut off. What a model thought between `<think>` and `</think>` is not its reply.
  ///
  /// - Parameter ids: the items that were asked about.
  package init(reply: String, ids: Set<Int>) {
    let bytes = Array(withoutThoughts(reply).utf8.prefix(Self.maximumBytes))
    var seen: Set<Int> = []
    for entry in flatObjects(in: bytes) {
      guard let root = try? JSONDocument(parsing: Array(bytes[entry])).root, root["id"] != nil
      else { continue }
      guard let id = root["id"]?.integer, let isSatisfied = root["satisfied"]?.boolean,
        let step = root["step"]?.integer, ids.contains(id), seen.insert(id).inserted
      else {
        dropped += 1
        continue
      }
      verdicts.append(Verdict(id: id, isSatisfied: isSatisfied, step: step))
    }
  }

  /// Enough for a hundred items with reasons; what comes behind is not read.
  private static let maximumBytes = 256 << 10
}

/// A reply without its thoughts; one that never stopped thinking is empty.
private func withoutThoughts(_ reply: String) -> String {
  // The opening mark may stand in the prompt, so that a reply has the closing one alone.
  let text = reply.ranges(of: "</think>").last.map { String(reply[$0.upperBound...]) } ?? reply
  guard let opening = text.firstRange(of: "<think>") else { return text }
  return String(text[..<opening.lowerBound])
}

/// Where the objects without inner objects stand, in order.
private func flatObjects(in bytes: [UInt8]) -> [Range<Int>] {
  // An entry is short; without a bound, quotes that never close would make this quadratic.
  let longest = 2048
  var objects: [Range<Int>] = []
  var start = 0
  search: while let opening = bytes[start...].firstIndex(of: UInt8(ascii: "{")) {
    var isInString = false
    var position = opening + 1
    while position < min(bytes.count, opening + longest) {
      switch bytes[position] {
      case UInt8(ascii: "\\") where isInString: position += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString:
        start = position
        continue search
      case UInt8(ascii: "}") where !isInString:
        objects.append(opening..<position + 1)
        start = position + 1
        continue search
      default: break
      }
      position += 1
    }
    start = opening + 1
  }
  return objects
}
