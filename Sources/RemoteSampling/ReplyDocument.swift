// The JSON of a reply, with what some servers write that JSON does not have.

import JSONLines
import ModelServers

/// Parses the body of a reply; `NaN` and infinities become null.
///
/// - Throws: where it is no JSON, or says two things under one name.
func replyDocument(_ body: [UInt8]) throws(UnreadableReply) -> JSONDocument {
  let document = try parsedReply(body)
  if let key = document.repeatedKey {
    throw UnreadableReply(reason: "the reply has \"\(key)\" twice")
  }
  return document
}

private func parsedReply(_ body: [UInt8]) throws(UnreadableReply) -> JSONDocument {
  if let document = try? JSONDocument(parsing: body) { return document }
  if let events = serverSentEvents(body) {
    guard events.count == 1 else {
      throw UnreadableReply(
        reason: "the reply is a stream of events, which was not asked for and is not read")
    }
    return try parsedReply(events[0])
  }
  do {
    return try JSONDocument(parsing: withoutNonFiniteNumbers(body))
  } catch {
    throw UnreadableReply(reason: "the reply is not JSON: \(error)")
  }
}

/// JSON in which null stands in place of `NaN`, `Infinity` and `-Infinity`, which Python writes.
private func withoutNonFiniteNumbers(_ json: [UInt8]) -> [UInt8] {
  let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }
  var result: [UInt8] = []
  result.reserveCapacity(json.count)
  var isInString = false
  var position = 0
  while position < json.count {
    let byte = json[position]
    if isInString, byte == UInt8(ascii: "\\"), position + 1 < json.count {
      result += json[position...position + 1]
      position += 2
      continue
    }
    if byte == UInt8(ascii: "\"") { isInString.toggle() }
    if !isInString, let word = words.first(where: { json[position...].starts(with: $0) }) {
      result += Array("null".utf8)
      position += word.count
    } else {
      result.append(byte)
      position += 1
    }
  }
  return result
}
