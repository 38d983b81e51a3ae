// Writing JSON: bytes appended to one array, numbers in their shortest round-trip form.

/// A value that can be written as JSON.
package protocol JSONWritable {
  func write(to json: inout JSONWriter)
}

/// The JSON of one value, such as a quoted text.
package func jsonText(_ value: some JSONWritable) -> String {
  var json = JSONWriter()
  json.value(value)
  return String(decoding: json.bytes, as: UTF8.self)
}

/// JSON being written. Commas are placed by the writer.
package struct JSONWriter {
  /// The text so far.
  package private(set) var bytes: [UInt8] = []
  /// Whether a number that JSON cannot express (NaN, infinity) was given; null stands in its place, and
  /// whoever writes the record must refuse it.
  package private(set) var hasNonFiniteNumber = false
  private var needsComma = false

  package init() {}

  /// - Parameter capacity: about how many bytes there will be.
  package init(capacity: Int) { bytes.reserveCapacity(capacity) }

  /// Empties the text but keeps its memory.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    hasNonFiniteNumber = false
    needsComma = false
  }

  /// An object, whose members the closure writes with `member`.
  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "{"))
    body(&self)
    close(UInt8(ascii: "}"))
  }

  /// An array, whose elements the closure writes with `value`.
  package mutating func array(_ body: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "["))
    body(&self)
    close(UInt8(ascii: "]"))
  }

  /// A member of the object being written.
  package mutating func member(_ key: String, _ value: some JSONWritable) {
    self.key(key)
    value.write(to: &self)
  }

  /// A member that is left out where the value is nil.
  package mutating func member(ifPresent key: String, _ value: (some JSONWritable)?) {
    if let value { member(key, value) }
  }

  /// A member whose value the closure writes with `object`, `array` or `value`.
  package mutating func member(_ key: String, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    body(&self)
  }

  /// A member whose key, without its quotes, and value are JSON already.
  package mutating func member(
    copying key: some Sequence<UInt8>, value: some Sequence<UInt8>
  ) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: key)
    bytes.append(contentsOf: "\":".utf8)
    bytes.append(contentsOf: value)
    needsComma = true
  }

  /// An element of the array being written, or the whole text.
  package mutating func value(_ value: some JSONWritable) {
    value.write(to: &self)
  }

  /// A value that is JSON already.
  package mutating func raw(_ json: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  package mutating func null() { raw("null".utf8) }

  mutating func number(_ text: String) { raw(text.utf8) }

  mutating func nonFinite() {
    hasNonFiniteNumber = true
    null()
  }

  mutating func string(_ text: String) {
    separate()
    appendQuoted(text)
    needsComma = true
  }

  private mutating func key(_ key: String) {
    separate()
    appendQuoted(key)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func appendQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var rest = utf8
      while let index = firstEscaped(in: rest) {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest[..<index]))
        appendEscaped(rest[index])
        rest = UnsafeBufferPointer(rebasing: rest[(index + 1)...])
      }
      bytes.append(contentsOf: rest)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
    case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
    case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    default:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}

/// Where the first byte stands that cannot stand in a quoted text as it is.
private func firstEscaped(in text: UnsafeBufferPointer<UInt8>) -> Int? {
  var index = 0
  while index < text.count {
    let byte = text[index]
    if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
    index += 1
  }
  return nil
}

extension Int: JSONWritable {
  package func write(to json: inout JSONWriter) { json.number(description) }
}

extension UInt64: JSONWritable {
  package func write(to json: inout JSONWriter) { json.number(description) }
}

extension Double: JSONWritable {
  package func write(to json: inout JSONWriter) {
    if isFinite { json.number(description) } else { json.nonFinite() }
  }
}

extension Float: JSONWritable {
  /// The shortest text that reads back as the same `Float`.
  package func write(to json: inout JSONWriter) {
    if isFinite { json.number(description) } else { json.nonFinite() }
  }
}

extension Bool: JSONWritable {
  package func write(to json: inout JSONWriter) { json.raw((self ? "true" : "false").utf8) }
}

extension String: JSONWritable {
  package func write(to json: inout JSONWriter) { json.string(self) }
}

extension Array: JSONWritable where Element: JSONWritable {
  package func write(to json: inout JSONWriter) {
    json.array { array in
      for element in self { array.value(element) }
    }
  }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
  package func write(to json: inout JSONWriter) {
    if let self { self.write(to: &json) } else { json.null() }
  }
}

/// A half-open range as `[start, end]`.
extension Range: JSONWritable where Bound == Int {
  package func write(to json: inout JSONWriter) {
    json.array { array in
      array.value(lowerBound)
      array.value(upperBound)
    }
  }
}

/// A parsed value, written anew: the same value, not the same bytes.
extension JSONValue: JSONWritable {
  package func write(to json: inout JSONWriter) {
    switch kind {
    case .null: json.null()
    case .boolean: (boolean ?? false).write(to: &json)
    case .integer:
      if let integer { integer.write(to: &json) } else { (unsigned ?? 0).write(to: &json) }
    case .number: (double ?? .infinity).write(to: &json)
    case .string: (string ?? "").write(to: &json)
    case .array: (elements ?? []).write(to: &json)
    case .object:
      json.object { object in
        for member in members ?? [] { object.member(member.key, member.value) }
      }
    }
  }
}
