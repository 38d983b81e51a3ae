// The codes of a reply: those that have a name, and words that have the form of ours.

/// The codes by which the answer is found.
struct ReplyCodes {
  /// In the order of the text.
  private(set) var codes: [ReplyCode]
  /// Whether the question's own is among them.
  let isCoded: Bool
  /// Whether there are others alone, so that the reply is another question's.
  let areForeign: Bool
  private let code: String

  /// - Parameter isKnown: whether the question itself has the words of a range.
  init(
    in text: [UInt8], _ scanner: ReplyScanner, code: String, isKnown: (Range<Int>) -> Bool
  ) {
    self.code = code
    let entries = scanner.objects.filter(\.isComplete).map(\.bytes)
    let places = Places(entries)
    let entryBytes = Set(scanner.objects.map(\.bytes))
    // What an entry says is its own business, but for a member "code" of its own.
    let placed = scanner.codes.filter { $0.isNamed || !places.contain($0.bytes.lowerBound) }
    let bare = bareCodes(
      in: text, outside: Places(entries + scanner.codes.map(\.bytes)).ranges)
    let isCoded = (placed + bare).contains { $0.isSame(as: code) }
    self.isCoded = isCoded
    let named = placed.filter { found in
      if found.isSame(as: code) { return true }
      guard found.isNamed else { return false }
      // An entry may say what it likes of a code of its own, such as one of a program.
      let isInEntry = found.carrier.map(entryBytes.contains) ?? false
      if isCoded, isInEntry, !ReplyCode.isLikely(found.value) { return false }
      return !isKnown(found.bytes)
    }
    guard isCoded else {
      areForeign =
        !named.isEmpty || (placed.filter { !$0.isNamed } + bare).contains { !isKnown($0.wordBytes) }
      codes = []
      return
    }
    areForeign = false
    codes = (named + bare.filter { $0.isSame(as: code) })
      .sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
  }

  /// The places of the question's own code, with the object around it where that has nothing else.
  func signs(in text: [UInt8]) -> [Range<Int>] {
    codes.filter { $0.isSame(as: code) }.map { found in
      guard let carrier = found.carrier else { return found.bytes }
      let around =
        text[carrier.lowerBound..<found.bytes.lowerBound]
        + text[found.bytes.upperBound..<carrier.upperBound]
      return around.contains(where: isWordByte) ? found.bytes : carrier
    }
  }
}

/// Ranges in rising order; those that overlap are one.
private struct Places {
  private(set) var ranges: [Range<Int>] = []

  init(_ ranges: [Range<Int>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard let last = self.ranges.last, last.upperBound > range.lowerBound else {
        self.ranges.append(range)
        continue
      }
      self.ranges[self.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    }
  }

  func contain(_ position: Int) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= position { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(position)
  }
}

/// The words of 16 hexadecimal digits that stand by themselves outside of some ranges, such as that of the line
/// `[0123456789abcdef step 1]`; the first thousand at most.
///
/// They are no part of an address, a path, a UUID, a longer hash or a number with a point. Characters without width inside of them
/// do not count. Few other words have that form, and a judge has most of those from the material.
///
/// - Parameter ranges: in rising order.
func bareCodes(in text: [UInt8], outside ranges: [Range<Int>]) -> [ReplyCode] {
  var codes: [ReplyCode] = []
  var next = 0
  var position = 0
  while position < text.count, codes.count < 1000 {
    guard isNameByte(text[position]) else {
      position += 1
      continue
    }
    let start = position
    var word: [UInt8] = []
    while position < text.count {
      if isNameByte(text[position]) {
        // A longer word is none, however long it is.
        if word.count <= 16 { word.append(text[position]) }
        position += 1
      } else if let end = endOfUnseen(text, at: position) {
        position = end
      } else {
        break
      }
    }
    guard word.count == 16, word.allSatisfy({ isDigit($0) || (0x61...0x66).contains($0 | 0x20) }),
      !isNumberWithPoint(text, start..<position, word)
    else { continue }
    while next < ranges.count, ranges[next].upperBound <= start { next += 1 }
    if next < ranges.count, ranges[next].lowerBound <= start { continue }
    var code = ReplyCode(
      bytes: start..<position, value: String(decoding: word, as: UTF8.self), isNamed: false)
    code.isSpoken = true
    codes.append(code)
  }
  return codes
}

/// Whether a byte belongs to a word, or joins words to a name such as `chatcmpl-0123456789abcdef`.
private func isNameByte(_ byte: UInt8) -> Bool {
  isWordByte(byte) || "-/%+".utf8.contains(byte)
}

/// Where a character without width ends that stands at a byte: a zero-width space or joiner, a soft hyphen, a byte-order mark.
private func endOfUnseen(_ text: [UInt8], at start: Int) -> Int? {
  guard text[start] >= 0xC2 else { return nil }
  let rest = text[start...].prefix(3)
  if rest.starts(with: [0xC2, 0xAD]) { return start + 2 }
  if rest.starts(with: [0xE2, 0x80]), let last = rest.last, 0x8B...0x8F ~= last {
    return start + 3
  }
  return rest.elementsEqual([0xE2, 0x81, 0xA0]) || rest.elementsEqual([0xEF, 0xBB, 0xBF])
    ? start + 3 : nil
}

/// Whether digits alone are part of a number such as `0.3333333333333333`.
private func isNumberWithPoint(_ text: [UInt8], _ bytes: Range<Int>, _ word: [UInt8]) -> Bool {
  guard word.allSatisfy(isDigit) else { return false }
  func isPoint(_ position: Int) -> Bool {
    text.indices.contains(position) && ".,".utf8.contains(text[position])
  }
  func isFigure(_ position: Int) -> Bool {
    text.indices.contains(position) && isDigit(text[position])
  }
  return isPoint(bytes.lowerBound - 1) && isFigure(bytes.lowerBound - 2)
    || isPoint(bytes.upperBound) && isFigure(bytes.upperBound + 1)
}
