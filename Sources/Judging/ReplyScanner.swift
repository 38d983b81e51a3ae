// JSON as language models write it: found in prose, with the slips that models make.

import JSONLines

/// The entries and the codes in the text of a reply.
///
/// What is read as JSON begins at a brace, wherever it stands. Strict JSON keeps its meaning, and so does JSON with slips: trailing
/// commas, single quotes, keys without quotes, `True`, `False` and `None`, comments (`//`, `/* */`, `#`), `data:` at the beginning
/// of lines, line breaks inside strings, and backslashes of LaTeX (see `appendString`). Where a text is no JSON even so, reading goes
/// on behind the brace, so that one bad entry costs none of the others. The work is linear in the text.
struct ReplyScanner {
  /// An object that has the member by which entries are known, and no such object inside.
  struct Object {
    /// Where it stands in the text.
    let bytes: Range<Int>
    /// The same object as strict JSON.
    let json: [UInt8]
  }

  /// A member `"code"`.
  struct Code {
    /// Where key and value stand in the text.
    let bytes: Range<Int>
    let value: String
  }

  /// In the order in which they end.
  private(set) var objects: [Object] = []
  /// In the order of the text.
  private(set) var codes: [Code] = []

  private let text: [UInt8]
  private let entryMember: String
  private var position = 0
  /// What is open, the outermost first.
  private var frames: [Frame] = []
  /// What has been read since the outermost brace, as strict JSON.
  private var json: [UInt8] = []
  /// Where the last object of `objects` ends.
  private var lastEnd = 0
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
    var isEntry = false
    var holdsEntry = false
  }

  /// - Parameter entryMember: the name of the member by which entries are known.
  init(_ text: [UInt8], entryMember: String) {
    self.text = text
    self.entryMember = entryMember
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
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      guard let code = codeInProse() else { return position += 1 }
      codes.append(code)
      position = code.bytes.upperBound
    default: position += 1
    }
  }

  private func codeInProse() -> Code? {
    let start = position
    let quote = text[start]
    var end = start + 1
    guard end + 5 <= text.count, isCodeKey(text[end..<end + 4]), text[end + 4] == quote else {
      return nil
    }
    end += 5
    func skipBlanks() { while end < text.count, isBlank(text[end]) { end += 1 } }
    skipBlanks()
    guard end < text.count, text[end] == UInt8(ascii: ":") else { return nil }
    end += 1
    skipBlanks()
    guard end < text.count else { return nil }
    let isQuoted = text[end] == UInt8(ascii: "\"") || text[end] == UInt8(ascii: "'")
    let valueStart = isQuoted ? end + 1 : end
    let valueEnd =
      text[valueStart...].firstIndex { isQuoted ? $0 == text[end] : !isWordByte($0) } ?? text.count
    guard isQuoted || valueEnd > valueStart else { return nil }
    return Code(
      bytes: start..<min(isQuoted ? valueEnd + 1 : valueEnd, text.count),
      value: String(decoding: text[valueStart..<valueEnd], as: UTF8.self))
  }

  private mutating func open(isObject: Bool) {
    frames.append(Frame(isObject: isObject, start: position, jsonStart: json.count))
    json.append(text[position])
    position += 1
  }

  /// Reads on behind a brace or bracket that begins no JSON, or behind the last entry in it.
  private mutating func startAgain() {
    guard let frame = frames.last else { return }
    let start = max(frame.start + 1, lastEnd)
    frames = []
    json.removeAll(keepingCapacity: true)
    // With nothing left to reread the text up to here is passed over.
    guard position - start <= rereadable else { return }
    rereadable -= position - start
    position = start
    while let code = codes.last, code.bytes.lowerBound >= start { codes.removeLast() }
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
      frames[innermost].isEntry = frame.isEntry || name == entryMember
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
      guard appendString(text, at: &position, to: &json) else { return nil }
      return String(decoding: json[(jsonStart + 1)..<(json.count - 1)], as: UTF8.self)
    }
    let word = takeWord()
    guard let first = word.first, !isDigit(first) else { return nil }
    json.append(UInt8(ascii: "\""))
    json.append(contentsOf: word)
    json.append(UInt8(ascii: "\""))
    return String(decoding: word, as: UTF8.self)
  }

  private mutating func readValue() -> Bool {
    let innermost = frames.count - 1
    frames[innermost].expects = .comma
    let jsonStart = json.count
    switch text[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      open(isObject: text[position] == UInt8(ascii: "{"))
      return true
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      guard appendString(text, at: &position, to: &json) else { return false }
      noteCode(json[(jsonStart + 1)..<(json.count - 1)])
    case UInt8(ascii: "-"), 0x30...0x39:
      let end = text[position...].firstIndex { !isNumberByte($0) } ?? text.count
      guard isNumber(text[position..<end]) else { return false }
      json.append(contentsOf: text[position..<end])
      position = end
      noteCode(json[jsonStart...])
    default:
      guard let value = literal(takeWord()) else { return false }
      json.append(contentsOf: value.utf8)
      noteCode(json[jsonStart...])
    }
    return true
  }

  /// Keeps a value that has just been read where it is a code.
  private mutating func noteCode(_ value: ArraySlice<UInt8>) {
    guard let frame = frames.last, frame.isObject, isCodeKey(frame.member.name.utf8) else { return }
    codes.append(
      Code(
        bytes: frame.member.start..<position, value: String(decoding: value, as: UTF8.self)))
  }

  private mutating func close() -> Bool {
    json.append(text[position])
    position += 1
    guard let frame = frames.popLast() else { return false }
    var holdsEntry = frame.holdsEntry
    if frame.isEntry, !holdsEntry {
      objects.append(
        Object(bytes: frame.start..<position, json: Array(json[frame.jsonStart...])))
      holdsEntry = true
      lastEnd = position
    }
    if frames.isEmpty {
      json.removeAll(keepingCapacity: true)
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

private let commentEnd = Array("*/".utf8)

private func isCodeKey(_ name: some Collection<UInt8>) -> Bool {
  name.count == 4 && name.lazy.map { $0 | 0x20 }.elementsEqual("code".utf8)
}

/// What a word without quotes stands for in JSON.
private func literal(_ word: ArraySlice<UInt8>) -> String? {
  guard word.count <= 5 else { return nil }
  return switch String(decoding: word, as: UTF8.self).lowercased() {
  case "true": "true"
  case "false": "false"
  case "null", "none": "null"
  default: nil
  }
}

private func isBlank(_ byte: UInt8) -> Bool {
  byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

private func isWordByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
}

private func isNumberByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || "+-.eE".utf8.contains(byte)
}

/// Whether a text is a number of JSON.
private func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
  var rest = text
  func takeDigits() -> Int {
    let digits = rest.prefix { isDigit($0) }
    rest = rest.dropFirst(digits.count)
    return digits.count
  }
  if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
  let startsWithZero = rest.first == UInt8(ascii: "0")
  let count = takeDigits()
  guard count > 0, count == 1 || !startsWithZero else { return false }
  if rest.first == UInt8(ascii: ".") {
    rest = rest.dropFirst()
    guard takeDigits() > 0 else { return false }
  }
  if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
      rest = rest.dropFirst()
    }
    guard takeDigits() > 0 else { return false }
  }
  return rest.isEmpty
}
