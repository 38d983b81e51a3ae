// What is wrong with a small JSON file that is decoded whole, in the words of the file.

/// A decoding error that names the field as the file does, such as `"a.shape[0]" has the wrong type`.
package func problem(in error: DecodingError) -> String {
  switch error {
  case .keyNotFound(let key, let context):
    "has no \"\(field(context.codingPath + [key]))\""
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    context.codingPath.isEmpty
      ? "holds JSON of the wrong type" : "\"\(field(context.codingPath))\" has the wrong type"
  case .dataCorrupted(let context) where !context.codingPath.isEmpty:
    "\"\(field(context.codingPath))\" has an impossible value"
  case .dataCorrupted(let context):
    unrepresentableNumber(in: context).map { "holds the number \($0), which is out of range" }
      ?? "is not valid JSON"
  default:
    "is not valid JSON"
  }
}

/// The number that Foundation says it cannot hold, which it tells in words only and without its place.
private func unrepresentableNumber(in context: DecodingError.Context) -> String? {
  let words = context.debugDescription + " " + (context.underlyingError.map { "\($0)" } ?? "")
  guard let found = words.firstMatch(of: #/Number (-?[0-9.eE+-]+) is not representable/#) else {
    return nil
  }
  return String(found.1)
}

private func field(_ path: [any CodingKey]) -> String {
  var text = ""
  for key in path {
    if let index = key.intValue {
      text += "[\(index)]"
    } else {
      text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
    }
  }
  return text
}
