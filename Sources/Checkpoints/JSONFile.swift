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
  do {
    return try JSONDecoder().decode(type, from: data)
  } catch let error as DecodingError {
    throw CheckpointError.malformedJSON(path: path, problem: problem(in: error))
  }
}
