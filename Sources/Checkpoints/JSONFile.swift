// Reading the small JSON files of a policy folder, with errors that name the file and the field.

internal import Foundation
internal import JSONLines

/// The contents of a file whose absence has an error of its own.
func wholeFile(_ path: String) throws -> Data {
  let file = try ReadableFile(path: path)
  return try file.bytes(0..<file.byteCount)
}

/// A JSON file, decoded; `path` names it in errors.
func decoded<Value: Decodable>(_ type: Value.Type, from data: Data, path: String) throws -> Value {
  let value: Value
  do {
    value = try JSONDecoder().decode(type, from: data)
  } catch let error as DecodingError {
    throw CheckpointError.malformedJSON(path: path, problem: problem(in: error))
  }
  if let key = repeatedKey(inJSON: data) {
    throw CheckpointError.malformedJSON(path: path, problem: "has \"\(key)\" twice")
  }
  return value
}

/// A key that one object of a JSON text has twice, or nil. Foundation's decoder keeps one of the values without a word.
///
/// - Parameter json: valid JSON.
func repeatedKey(inJSON json: Data) -> String? {
  var keys: [Set<String>] = []
  var stringStart: Int?
  var lastString: Range<Int>?
  var isEscaped = false
  let bytes = [UInt8](json)
  for (index, byte) in bytes.enumerated() {
    if let start = stringStart {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        lastString = start..<index + 1
        stringStart = nil
      }
      continue
    }
    switch byte {
    case UInt8(ascii: "\""): stringStart = index
    case UInt8(ascii: "{"), UInt8(ascii: "["): keys.append([])
    case UInt8(ascii: "}"), UInt8(ascii: "]"): keys = keys.dropLast()
    case UInt8(ascii: ":"):
      guard let lastString, let key = text(ofString: bytes[lastString]), !keys.isEmpty else {
        continue
      }
      guard keys[keys.count - 1].insert(key).inserted else { return key }
    default: continue
    }
  }
  return nil
}

/// What a JSON string, quotes included, stands for: escapes can spell one key in two ways.
private func text(ofString json: ArraySlice<UInt8>) -> String? {
  guard json.contains(UInt8(ascii: "\\")) else {
    return String(decoding: json.dropFirst().dropLast(), as: UTF8.self)
  }
  return try? JSONDecoder().decode(String.self, from: Data(json))
}
