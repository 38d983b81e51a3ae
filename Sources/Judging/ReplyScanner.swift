// JSON as language models write it: found in prose, with the slips that models make.

import JSONLines

/// The entries and the codes in the text of a reply.
///
/// JSON may begin at any brace. Strict JSON keeps its meaning, and so does JSON with slips: trailing commas, single quotes, keys
/// without quotes, `True`, `False` and `None`, comments (`//`, `/* */`, `#`). The same holds for `data:` at the beginning of lines,
/// line breaks inside strings, integers such as `2.0`, and backslashes of LaTeX (see `appendString`). If a text is no JSON even so,
/// reading goes on behind the brace, so that one bad entry costs none of the others. Comments behind an object and those of HTML are
/// passed over. The work is linear in the text.
struct ReplyScanner {
  /// In the order in which they end.
  private(set) var objects: [Object] = []
  /// In the order of the text; one that is read twice is here twice.
  private(set) var fragments: [Fragment] = []
  /// In the order of the text.
  private(set) var codes: [ReplyCode] = []
  /// The strings of entries and of whole objects, quotes included, in the order of the text.
  private(set) var strings: [Range<Int>] = []
  /// Where the first object begins that is good as far as it goes, to the end of the text; nil where none is open there.
  private(set) var openEnd: Int?

  private let text: [UInt8]
  private let doublesBackslashes: Bool
  private let entryMembers: [String]
  private var position = 0
  /// What is open, the outermost first.
  private var frames: [Frame] = []
  /// What has been read since the outermost brace, as strict JSON.
  private var json: [UInt8] = []
  /// Where the last object of `objects` ends.
  private var lastEnd = 0
  /// The strings of what is open.
  private var openStrings: [Range<Int>] = []
  /// How many bytes may be read once more after a brace that begins no object.
  private var rereadable: Int

  /// An object or an array that is open.
  private struct Frame {
    /// What comes next: an element is a member's key, or a value of an array.
    enum Expectation { case element, colon, value, comma }

    let isObject: Bool
    let start: Int
    let jsonStart: Int
    var expects = Expectation.element
    var isEmpty = true
    /// The member that is being read: its name, and where its key begins.
    var member: (name: String, start: Int) = ("", 0)
    /// Which members of an entry it has.
    var entryMembers: Set<Int> = []
    var entryID: Int?
    var holdsEntry = false
    /// The codes that it carries, by their place in `codes`.
    var codes: [Int] = []

    var isEntry: Bool { entryMembers.contains(0) }
  }

  /// - Parameter entryMembers: the names of an entry's members, the one first by which entries are known.
  init(_ text: [UInt8], entryMembers: [String]) {
    self.text = text
    self.entryMembers = entryMembers
    doublesBackslashes = doublesItsBackslashes(text)
    rereadable = 4 * text.count + 4096
    while position < text.count || !frames.isEmpty {
      if frames.isEmpty {
        passProse()
      } else if !readToken() {
        startAgain()
      }
    }
  }

  /// One byte of what is no JSON, or a code whose object could not be read.
  private mutating func passProse() {
    switch text[position] {
    case UInt8(ascii: "{"): open(isObject: true)
    case UInt8(ascii: "<") where text[position...].starts(with: "<!--".utf8):
      position = text[position...].firstRange(ofBytes: htmlCommentEnd)?.upperBound ?? position + 1
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "c"), UInt8(ascii: "C"):
      guard let code = ReplyCode(inProse: text, at: position) else { return position += 1 }
      codes.append(code)
      position = code.bytes.upperBound
    default: position += 1
    }
  }

  private mutating func open(isObject: Bool) {
    frames.append(Frame(isObject: isObject, start: position, jsonStart: json.count))
    json.append(text[position])
    position += 1
  }

  /// Reads on behind a brace or bracket that begins no JSON, or behind the last entry in it.
  private mutating func startAgain() {
    guard let innermost = frames.last else { return }
    if position >= text.count, openEnd == nil { openEnd = frames[0].start }
    let start = max(innermost.start + 1, lastEnd)
    for frame in frames where frame.isEntry {
      if frame.entryMembers.count > 1 { dropObjects(from: frame.start) }
      if !frame.holdsEntry || frame.entryMembers.count > 1 {
        fragments.append(Fragment(start: frame.start, id: frame.entryID))
      }
    }
    frames = []
    openStrings.removeAll(keepingCapacity: true)
    json.removeAll(keepingCapacity: true)
    // With nothing left to reread the text up to here is passed over.
    guard position - start <= rereadable else { return }
    rereadable -= position - start
    position = start
    while let code = codes.last, code.bytes.lowerBound >= start { codes.removeLast() }
  }

  private mutating func dropObjects(from start: Int) {
    while let last = objects.last, last.bytes.lowerBound >= start { objects.removeLast() }
  }

  /// One token of the innermost object or array.
  ///
  /// - Returns: false where it cannot follow, also at the end of the text.
  private mutating func readToken() -> Bool {
    skipSpace()
    guard position < text.count, let frame = frames.last else { return false }
    let innermost = frames.count - 1
    let byte = text[position]
    let isEnd = byte == (frame.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    switch frame.expects {
    case .element:
      if isEnd { return close() }
      if !frame.isEmpty { json.append(UInt8(ascii: ",")) }
      frames[innermost].isEmpty = false
      if !frame.isObject { return readValue() }
      let start = position
      guard let name = readKey() else { return false }
      frames[innermost].member = (name, start)
      if let member = entryMembers.firstIndex(of: name) {
        frames[innermost].entryMembers.insert(member)
      }
      frames[innermost].expects = .colon
      return true
    case .value: return readValue()
    case .colon:
      guard byte == UInt8(ascii: ":") else { return false }
      json.append(byte)
      position += 1
      frames[innermost].expects = .value
      return true
    case .comma:
      if isEnd { return close() }
      guard byte == UInt8(ascii: ",") else { return false }
      position += 1
      frames[innermost].expects = .element
      return true
    }
  }

  private mutating func readKey() -> String? {
    let jsonStart = json.count
    if text[position] == UInt8(ascii: "\"") || text[position] == UInt8(ascii: "'") {
      return readString() ? decodedString(json[jsonStart...]) : nil
    }
    let word = takeWord()
    guard let first = word.first, !isDigit(first) else { return nil }
    json.append(UInt8(ascii: "\""))
    json.append(contentsOf: word)
    json.append(UInt8(ascii: "\""))
    return String(decoding: word, as: UTF8.self)
  }

  /// Appends a string to `json`; false where it does not end.
  private mutating func readString() -> Bool {
    let start = position
    guard
      appendString(text, at: &position, to: &json, doublesBackslashes: doublesBackslashes)
    else { return false }
    openStrings.append(start..<position)
    return true
  }

  private mutating func readValue() -> Bool {
    let innermost = frames.count - 1
    frames[innermost].expects = .comma
    let jsonStart = json.count
    let textStart = position
    switch text[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      open(isObject: text[position] == UInt8(ascii: "{"))
      return true
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      guard readString() else { return false }
      noteCode(json[jsonStart...], from: textStart)
    case UInt8(ascii: "-"), 0x30...0x39:
      let end = text[position...].firstIndex { !isNumberByte($0) } ?? text.count
      guard isNumber(text[position..<end]) else { return false }
      json.append(contentsOf: withoutEmptyFraction(text[position..<end]))
      position = end
      if frames[innermost].member.name == entryMembers[0] {
        frames[innermost].entryID = Int(String(decoding: json[jsonStart...], as: UTF8.self))
      }
      noteCode(json[jsonStart...], from: textStart)
    default:
      guard let value = literal(takeWord()) else { return false }
      json.append(contentsOf: value.utf8)
      noteCode(json[jsonStart...], from: textStart)
    }
    return true
  }

  /// Keeps a value that has just been read where it is a code: of a member `"code"`, or of an array or object that is one. What has the
  /// form of our codes may be one under any name.
  private mutating func noteCode(_ value: ArraySlice<UInt8>, from valueStart: Int) {
    var carrier = frames.count - 1
    let isInside = !frames[carrier].isObject || NameOfCode(frames[carrier].member.name) == nil
    var name = isInside ? nil : NameOfCode(frames[carrier].member.name)
    if isInside, carrier > 0, frames[carrier - 1].isObject {
      name = NameOfCode(frames[carrier - 1].member.name)
      if name != nil || !frames[carrier].isObject { carrier -= 1 }
    }
    guard frames[carrier].isObject, name != nil || value.count >= 18 else { return }
    let text = decodedString(value)
    // Names such as "error_code", and members of a code, say many things.
    let isCertain = name == .code && (!isInside || !frames[carrier + 1].isObject)
    guard isCertain || ReplyCode.isLikely(text) else { return }
    frames[carrier].codes.append(codes.count)
    var code = ReplyCode(
      bytes: frames[carrier].member.start..<position, value: text, isNamed: name != nil)
    if value.first == UInt8(ascii: "\"") { code.valueStart = valueStart }
    codes.append(code)
  }

  private mutating func close() -> Bool {
    json.append(text[position])
    position += 1
    guard let frame = frames.popLast() else { return false }
    for code in frame.codes { codes[code].carrier = frame.start..<position }
    var holdsEntry = frame.holdsEntry
    let isComplete = frame.entryMembers.count == entryMembers.count
    if frame.isEntry, isComplete || !holdsEntry {
      dropObjects(from: frame.start)
      objects.append(
        Object(
          bytes: frame.start..<position, json: Array(json[frame.jsonStart...]),
          isComplete: isComplete, isOutermost: frames.isEmpty))
      holdsEntry = true
      lastEnd = position
    }
    if frames.isEmpty || lastEnd == position {
      strings += openStrings
      openStrings.removeAll(keepingCapacity: true)
    }
    if frames.isEmpty {
      json.removeAll(keepingCapacity: true)
      position = endOfComment(in: text, behind: position) ?? position
    } else {
      frames[frames.count - 1].holdsEntry = frames[frames.count - 1].holdsEntry || holdsEntry
    }
    return true
  }

  private mutating func takeWord() -> ArraySlice<UInt8> {
    let end = text[position...].firstIndex { !isWordByte($0) } ?? text.count
    defer { position = end }
    return text[position..<end]
  }

  /// White space, comments, and `data:` at the beginning of a line.
  private mutating func skipSpace() {
    while position < text.count {
      let rest = text[position...]
      if isBlank(text[position]) {
        position += 1
      } else if text[position] == UInt8(ascii: "#") || rest.starts(with: "//".utf8) {
        position = rest.firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      } else if rest.starts(with: "/*".utf8) {
        position = rest.dropFirst(2).firstRange(ofBytes: commentEnd)?.upperBound ?? text.count
      } else if rest.starts(with: "data:".utf8), position > 0,
        text[position - 1] == UInt8(ascii: "\n")
      {
        position += 5
      } else {
        return
      }
    }
  }
}
