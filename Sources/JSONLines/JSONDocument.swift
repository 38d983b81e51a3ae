// A parsed line: simdjson's document together with the bytes that it was parsed from.

internal import CSimdjson

/// One JSON text and its parsed form.
///
/// Parsing reuses the memory of the document parsed before it; a reader keeps a few documents and reuses those
/// that nobody holds any more. Values (`JSONValue`) keep their document alive.
package final class JSONDocument {
  /// Bytes and room for the padding that simdjson reads beyond them.
  private var storage: UnsafeMutableRawBufferPointer
  private var count = 0
  private let parser: OpaquePointer
  private var rootValue = srar_json_value()
  /// Whether strings of the parsed form may stand for numbers beyond the doubles.
  private(set) var hasHugeNumbers = false

  package init() {
    guard let parser = srar_json_parser_new() else {
      preconditionFailure("no memory for a JSON parser")
    }
    self.parser = parser
    storage = .allocate(byteCount: 4096, alignment: 64)
  }

  deinit {
    srar_json_parser_free(parser)
    storage.deallocate()
  }

  /// The text as it was given.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

  /// The parsed value of the whole text.
  package var root: JSONValue { JSONValue(document: self, raw: rootValue) }

  /// Parses a text, replacing what the document held; values taken from it before must be gone.
  package func parse(_ text: UnsafeRawBufferPointer) throws(JSONFault) {
    hold(text)
    hasHugeNumbers = false
    var status = parseStorage()
    if status == SRAR_JSON_NUMBER_RANGE { status = try parseWithoutHugeNumbers() }
    switch status {
    case SRAR_JSON_OK: return
    case SRAR_JSON_NOT_UTF8: throw JSONFault.invalidUTF8(in: bytes)
    case SRAR_JSON_TOO_DEEP: throw JSONFault(byte: 0, reason: .nestedTooDeeply)
    case SRAR_JSON_NO_MEMORY: throw JSONFault(byte: 0, reason: .noMemory)
    default: throw JSONFault.firstFault(in: bytes) ?? JSONFault(byte: 0, reason: .unreadable)
    }
  }

  /// Copies a text into the padded storage.
  private func hold(_ text: UnsafeRawBufferPointer) {
    let needed = text.count + Int(SRAR_JSON_PADDING)
    if storage.count < needed {
      storage.deallocate()
      storage = .allocate(byteCount: max(needed, needed + needed / 2), alignment: 64)
    }
    storage.copyMemory(from: text)
    count = text.count
    let padding = UnsafeMutableRawBufferPointer(rebasing: storage[count..<needed])
    padding.initializeMemory(as: UInt8.self, repeating: 0x20)
  }

  private func parseStorage() -> srar_json_status {
    srar_json_parse(
      parser, storage.baseAddress?.assumingMemoryBound(to: CChar.self), count, &rootValue)
  }

  /// Valid JSON may hold numbers that no machine type does, such as a 30-digit integer or 1e999.
  ///
  /// They travel unchanged as bytes; only the parsed form replaces them, a long integer by its nearest double and
  /// a number beyond the doubles by a marked string, which `JSONValue` takes for a number without a value, so that a tool that needs
  /// that very field reports it.
  private func parseWithoutHugeNumbers() throws(JSONFault) -> srar_json_status {
    if let fault = JSONFault.firstFault(in: bytes) { throw fault }
    let original = [UInt8](bytes)
    hold(replacingHugeNumbers(in: original))
    hasHugeNumbers = true
    let status = parseStorage()
    original.withUnsafeBytes { text in
      // The replacement may be longer or shorter: hold the original again, without parsing it.
      hold(text)
    }
    return status
  }

  private func hold(_ text: [UInt8]) {
    text.withUnsafeBytes { hold($0) }
  }
}

/// The text with every number that simdjson cannot hold replaced (see `parseWithoutHugeNumbers`).
private func replacingHugeNumbers(in text: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(text.count + 16)
  var position = 0
  var isInString = false
  while position < text.count {
    let byte = text[position]
    if isInString {
      result.append(byte)
      position += 1
      if byte == UInt8(ascii: "\\"), position < text.count {
        result.append(text[position])
        position += 1
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      continue
    }
    guard byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) else {
      isInString = byte == UInt8(ascii: "\"")
      result.append(byte)
      position += 1
      continue
    }
    let end = text[position...].firstIndex { !isNumberByte($0) } ?? text.endIndex
    let number = String(decoding: text[position..<end], as: UTF8.self)
    if Int64(number) != nil || UInt64(number) != nil {
      result.append(contentsOf: text[position..<end])
    } else if let value = Double(number), value.isFinite {
      result.append(contentsOf: value.description.utf8)
    } else {
      result.append(contentsOf: "\"\(escapedHugeNumberMark)\"".utf8)
    }
    position = end
  }
  return result
}

/// What stands for a number beyond the doubles, as JSON writes it and as the text that it means; no text of anybody's.
private let escapedHugeNumberMark = #"\u0001srar: beyond the doubles\u0001"#
let hugeNumberMark = "\u{1}srar: beyond the doubles\u{1}"

private func isNumberByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
    UInt8(ascii: "E"):
    true
  default: false
  }
}

extension JSONDocument {
  /// Parses bytes that stand in an array, such as a message of a server.
  package convenience init(parsing bytes: [UInt8]) throws(JSONFault) {
    self.init()
    let fault = bytes.withUnsafeBytes { text -> JSONFault? in
      do throws(JSONFault) {
        try parse(text)
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }
}

extension JSONDocument {
  /// A key that an object of the document has twice, with the path to it, such as `rollout.finish_reason` or `steps[1].number`; nil
  /// without such. Readers differ in which of the two values they take. Objects in arrays that begin with something else are not
  /// looked at.
  package var repeatedKey: String? { root.repeatedKey }
}

extension JSONValue {
  /// The same of a part of a document.
  package var repeatedKey: String? { srar_json_repeats_key(raw) ? repeatedKey(path: "") : nil }

  fileprivate func repeatedKey(path: String) -> String? {
    var keys: Set<String> = []
    for (key, value) in members ?? [] {
      let place = path.isEmpty ? key : "\(path).\(key)"
      guard keys.insert(key).inserted else { return place }
      if let found = value.repeatedKey(path: place) { return found }
    }
    for (index, element) in (elements ?? []).enumerated() {
      if let found = element.repeatedKey(path: "\(path)[\(index)]") { return found }
    }
    return nil
  }
}

/// The version of the simdjson library, such as "3.0.1".
package var simdjsonVersion: String { String(cString: srar_json_library_version()) }
