// Where each token of a text ends.

/// The ends of tokens in a text; nil where the tokens do not make it up. Of several ways it is the one whose first tokens have the
/// likeliest ends, see `TokenOptions.ends`.
///
/// A first pass, from the last token to the first, finds the positions from which the remaining tokens can make up the remaining
/// text. A second pass, from the first to the last, takes the likeliest end among those, and never has to go back. Positions are
/// bits of words, and the lengths of the other tokens limit which ones count. So the time is linear in the length of the text,
/// unless thousands of tokens in a row are parts of characters.
///
/// - Parameter isStrict: whether only markers may write nothing.
package func tokenEnds(
  _ tokens: [[UInt8]], in text: [UInt8], mayExceed: Bool, isStrict: Bool
) -> [Int]? {
  let options = tokens.map {
    TokenOptions($0, mayExceed: mayExceed, mayWriteNothing: !isStrict || isMarker($0))
  }
  guard let windows = PositionWindows(options, textCount: text.count, mayExceed: mayExceed) else {
    return nil
  }
  let masks = TextMasks(text)
  // Sets of all positions of long texts take much memory: only each so many are kept, and those between computed again.
  let stride = max(64, Int(Double(tokens.count).squareRoot()))
  var kept: [Int: PositionSet] = [:]
  var set = PositionSet(holding: text.count)
  for index in options.indices.reversed() {
    if (index + 1) % stride == 0 || index + 1 == options.count { kept[index + 1] = set }
    set = options[index].starts(of: set, in: windows[index], text, masks)
    if set.isEmpty { return nil }
  }
  guard set.contains(0) else { return nil }
  var ends: [Int] = []
  ends.reserveCapacity(tokens.count)
  var position = 0
  for start in Swift.stride(from: 0, to: options.count, by: stride) {
    let end = min(start + stride, options.count)
    guard var set = kept[end] else { return nil }
    var sets = [set]
    for index in (start..<end).dropFirst().reversed() {
      set = options[index].starts(of: set, in: windows[index], text, masks)
      sets.append(set)
    }
    for (index, allowed) in zip(start..<end, sets.reversed()) {
      let found = options[index].ends(from: position, in: text)
        .first { allowed.contains(min($0, text.count)) }
      guard let found else { return nil }
      ends.append(found)
      position = found
    }
  }
  return ends
}

/// Whether a token is shown as a marker such as `<|im_end|>`.
private func isMarker(_ token: [UInt8]) -> Bool {
  let brackets: [(UInt8, UInt8)] = [
    (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "["), UInt8(ascii: "]")),
  ]
  return brackets.contains { token.first == $0.0 && token.last == $0.1 }
}

/// What a token may have written.
private struct TokenOptions {
  /// A byte, or nil for part of a character.
  private let units: [UInt8?]
  private let token: [UInt8]
  private let mayExceed: Bool
  private let mayWriteNothing: Bool

  init(_ token: [UInt8], mayExceed: Bool, mayWriteNothing: Bool) {
    self.token = token
    self.mayExceed = mayExceed
    self.mayWriteNothing = mayWriteNothing
    var units: [UInt8?] = []
    var rest = token[...]
    while let byte = rest.first {
      let isPart = rest.starts(with: replacement)
      units.append(isPart ? nil : byte)
      rest = rest.dropFirst(isPart ? replacement.count : 1)
    }
    self.units = units
  }

  /// The fewest and the most bytes of the text that it writes, unless the text ends before.
  var least: Int { mayWriteNothing ? 0 : units.count }
  var most: Int { units.reduce(0) { $0 + ($1 == nil ? 3 : 1) } }
  /// How far the text may end before it does.
  var excess: Int { mayExceed ? token.count : 0 }

  /// Where it may end that begins there, the likeliest first: parts of characters are rather short than long, a token rather goes
  /// beyond the end of the text than writes nothing.
  func ends(from position: Int, in text: [UInt8]) -> [Int] {
    if units.isEmpty { return [position] }
    var ends = [position]
    for unit in units where !ends.isEmpty {
      if let byte = unit {
        ends = ends.compactMap { $0 < text.count && text[$0] == byte ? $0 + 1 : nil }
      } else {
        var longer: Set<Int> = []
        for end in ends {
          for length in 1...3 where end + length <= text.count {
            guard text[end + length - 1] >= 0x80 else { break }
            longer.insert(end + length)
          }
        }
        ends = longer.sorted()
      }
    }
    if exceeds(text, from: position) { ends.append(position + token.count) }
    if mayWriteNothing { ends.append(position) }
    return ends
  }

  private func exceeds(_ text: [UInt8], from position: Int) -> Bool {
    mayExceed && position < text.count && token.count > text.count - position
      && token.starts(with: text[position...])
  }

  /// The positions in a window from which it reaches one of those; what lies beyond the text counts as its end.
  func starts(
    of ends: PositionSet, in window: ClosedRange<Int>, _ text: [UInt8], _ masks: TextMasks
  ) -> PositionSet {
    if units.isEmpty { return ends.clipped(to: window) }
    var starts = ends.widened(to: window)
    for unit in units.reversed() {
      if let byte = unit {
        starts.moveBack(where: masks.of(byte))
      } else {
        var one = starts
        one.moveBack(where: masks.parts)
        var two = one
        two.moveBack(where: masks.parts)
        var three = two
        three.moveBack(where: masks.parts)
        one.formUnion(two)
        one.formUnion(three)
        starts = one
      }
    }
    if mayWriteNothing { starts.formUnion(ends) }
    if mayExceed, ends.contains(text.count) {
      for position in max(text.count - token.count + 1, 0)..<text.count
      where window.contains(position) && exceeds(text, from: position) {
        starts.insert(position)
      }
    }
    return starts.clipped(to: window)
  }
}

/// For each token the positions at which it can begin, by the lengths of the others.
private struct PositionWindows {
  private var windows: [ClosedRange<Int>] = []

  /// nil where the lengths alone cannot make up the text.
  init?(_ options: [TokenOptions], textCount: Int, mayExceed: Bool) {
    var lower: [Int] = []
    var upper: [Int] = []
    var (least, most) = (0, 0)
    for option in options {
      lower.append(least)
      upper.append(most)
      least = min(least + option.least, textCount)
      most = min(most + option.most, textCount)
    }
    guard most >= textCount else { return nil }
    let excess = options.map(\.excess).max() ?? 0
    var rest = (least: 0, most: 0)
    windows = Array(repeating: 0...0, count: options.count)
    for index in options.indices.reversed() {
      rest.least += options[index].least
      rest.most += max(options[index].most, options[index].excess)
      let low = max(lower[index], textCount - rest.most)
      let high = min(upper[index], textCount - rest.least + excess)
      guard low <= high else { return nil }
      windows[index] = low...high
    }
  }

  subscript(index: Int) -> ClosedRange<Int> { windows[index] }
}

let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
