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
  default:
    "is not valid JSON"
  }
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
