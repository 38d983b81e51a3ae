import Foundation
import JSONLines

// A file that lines are appended to: it must be one of lines as the tools write them, since appending to any other damages it.

/// Whether a file is empty, or ends with a line as it is appended to a log or to metrics. A killed tool may have left half of one.
func endsLikeOurs(_ path: String, isLog: Bool) -> Bool {
  guard let line = lastLine(of: path), !line.isEmpty else { return true }
  let first = isLog ? "request" : "tool"
  let beginning = Array("{\"\(first)\":\"".utf8)
  guard let document = try? JSONDocument(parsing: line) else {
    return line.starts(with: beginning) || beginning.starts(with: line)
  }
  guard document.root.kind == .object else { return false }
  return [first, isLog ? "record" : "version"].allSatisfy { document.root[$0]?.string != nil }
}

/// The last line of a file that is not blank; empty where there is none, nil of a file that cannot be read, which is told where it is
/// opened.
private func lastLine(of path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  let size = Int(lseek(descriptor, 0, SEEK_END))
  var start = max(0, size)
  var tail: [UInt8] = []
  let blank: Set<UInt8> = [0x0A, 0x0D, 0x20, 0x09]
  // Longer blocks for longer lines, so that few bytes are copied twice.
  var blockSize = 4096
  while start > 0 {
    let count = min(blockSize, start)
    var block = [UInt8](repeating: 0, count: count)
    guard pread(descriptor, &block, count, off_t(start - count)) == count else { return nil }
    start -= count
    blockSize *= 2
    tail = block + tail
    while let last = tail.last, blank.contains(last) { tail.removeLast() }
    if let end = tail.lastIndex(of: 0x0A) { return Array(tail[(end + 1)...]) }
  }
  return tail
}
