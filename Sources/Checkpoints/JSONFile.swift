// Reading the small JSON files of a policy folder, with errors that name the file and the field.

internal import Diagnostics
internal import Foundation

/// The contents of a file whose absence has an error of its own.
func wholeFile(_ path: String) throws -> Data {
  let descriptor = try ReadableFile(path: path)
  return try descriptor.bytes(0..<descriptor.byteCount)
}

/// A JSON file, decoded; `path` names it in errors.
func decoded<Value: Decodable>(_ type: Value.Type, from data: Data, path: String) throws -> Value {
  do {
    return try JSONDecoder().decode(type, from: data)
  } catch let error as DecodingError {
    throw CheckpointError.malformedJSON(path: path, problem: problem(error))
  }
}

/// A decoding error in the words of the file, not of Swift's types.
func problem(_ error: DecodingError) -> String {
  switch error {
  case .keyNotFound(let key, let context):
    "has no \"\(field(context.codingPath + [key]))\""
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    "\"\(field(context.codingPath))\" has the wrong type"
  case .dataCorrupted(let context) where !context.codingPath.isEmpty:
    "\"\(field(context.codingPath))\" has an impossible value"
  default:
    "is not valid JSON"
  }
}

private func field(_ path: [any CodingKey]) -> String {
  path.map(\.stringValue).joined(separator: ".")
}
