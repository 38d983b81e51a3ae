// Replies that come as a stream of events although none was asked for.

/// The data of each server-sent event of a body, without the final `[DONE]`; nil where the body is no stream of events.
package func serverSentEvents(_ body: [UInt8]) -> [[UInt8]]? {
  let lines = body.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
  let fields = ["data:", "event:", "id:", "retry:", ":"].map { Array($0.utf8) }
  guard let first = lines.first, fields.contains(where: { first.starts(with: $0) }) else {
    return nil
  }
  return lines.compactMap { line in
    guard line.starts(with: fields[0]) else { return nil }
    let data = line.dropFirst(fields[0].count).drop { $0 == UInt8(ascii: " ") }
    return data.elementsEqual("[DONE]".utf8) ? nil : Array(data)
  }
}

/// Whether a stream of events says that it is whole.
package func endsServerSentEvents(_ body: [UInt8]) -> Bool {
  body.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.contains { line in
    line.starts(with: "data:".utf8)
      && line.dropFirst(5).drop { $0 == UInt8(ascii: " ") }.starts(with: "[DONE]".utf8)
  }
}
