import Diagnostics

/// Members of objects that nothing is made of, and how often each was there.
struct MemberCounts: CustomStringConvertible {
  private var counts: [String: Int] = [:]
  /// Names that a message tells; a stream may have any number.
  private static let toldCount = 12

  var isEmpty: Bool { counts.isEmpty }
  var total: Int { counts.values.reduce(0, +) }

  mutating func add(_ names: [String]) {
    for name in names { counts[name, default: 0] += 1 }
  }

  /// `"logprobs" (4), "tokens" (4)`
  var description: String {
    let names = counts.sorted { $0.key < $1.key }
    let told = names.prefix(Self.toldCount).map { "\"\(messageText($0.key))\" (\($0.value))" }
    let others = names.count - told.count
    return (told + (others > 0 ? ["\(others) others"] : [])).joined(separator: ", ")
  }
}
