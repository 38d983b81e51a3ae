// Checking the values of `config.json`.

/// Checks of single values, with errors that name the file and the field.
struct FieldReader {
  let path: String

  func count(_ field: String, _ value: Int?) throws -> Int {
    guard let value else { throw CheckpointError.missingField(path: path, field: field) }
    // No dimension of any network comes near the limit; it keeps products of a few within Int.
    guard value >= 1, value < 1 << 24 else {
      throw CheckpointError.invalidField(
        path: path, field: field, found: "\(value)", expected: "between 1 and \(1 << 24 - 1)")
    }
    return value
  }

  func positive(_ field: String, _ value: Double) throws -> Double {
    guard value > 0, value.isFinite else {
      throw CheckpointError.invalidField(
        path: path, field: field, found: "\(value)", expected: "a positive number")
    }
    return value
  }

  /// A token's number; some converters write −1 for "none".
  func token(_ field: String, _ value: Int?, below count: Int) throws -> Int? {
    guard let value, value != -1 else { return nil }
    guard 0..<count ~= value else {
      throw CheckpointError.invalidField(
        path: path, field: field, found: "\(value)", expected: "a token of 0..<\(count)")
    }
    return value
  }
}
