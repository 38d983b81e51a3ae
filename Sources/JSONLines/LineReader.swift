package import Diagnostics
import Foundation

/// The lines of one stream, without their line ends.
///
/// Memory is bounded by the longest line that is allowed. Lines end at a line feed; a carriage return before it, a
/// byte order mark at the start of the stream and lines of nothing but blanks are passed over.
package final class LineReader {
  private let decoder: StreamDecoder
  private let maximumLineBytes: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  private var decodedBytes = 0
  private var lineNumber = 0

  /// - Parameters:
  ///   - path: a file's path, or `-` for standard input.
  ///   - maximumLineBytes: a longer line is an error, not an allocation.
  ///   - zeroBytes: what a stream without a byte is taken for.
  package init(
    path: String, maximumLineBytes: Int, zeroBytes: ZeroBytes = .refused(option: nil)
  ) throws {
    decoder = try StreamDecoder(FileReader(path: path), zeroBytes: zeroBytes)
    self.maximumLineBytes = maximumLineBytes
    buffer = .allocate(byteCount: 1 << 20, alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// The stream's name for messages.
  package var source: String { decoder.file.name }

  /// The place of the line that `next` gave last.
  package var position: LinePosition { LinePosition(source: source, line: lineNumber) }

  /// How much of a regular file lies behind the line that `next` gave last, from 0 to 1; of a compressed one an estimate.
  package var fractionRead: Double? {
    guard let fraction = decoder.fractionDecoded, decodedBytes > 0 else { return nil }
    return fraction * Double(decodedBytes - (end - start)) / Double(decodedBytes)
  }

  /// The next line that is not blank; nil at the end of the stream. Its bytes are valid until the next call.
  package func next() throws -> UnsafeRawBufferPointer? {
    while let line = try nextLine() {
      if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return line }
    }
    return nil
  }

  private func nextLine() throws -> UnsafeRawBufferPointer? {
    var searched = start
    while true {
      let unsearched = UnsafeRawBufferPointer(rebasing: buffer[searched..<end])
      if let found = unsearched.firstLineFeed {
        let line = start..<searched + found
        start = line.upperBound + 1
        return try checked(line)
      }
      searched = end
      if isAtEnd {
        guard start < end else { return nil }
        let line = start..<end
        start = end
        return try checked(line)
      }
      try refill(&searched)
    }
  }

  /// Counts a line, and takes off a carriage return and the stream's byte order mark.
  private func checked(_ range: Range<Int>) throws -> UnsafeRawBufferPointer {
    lineNumber += 1
    var line = UnsafeRawBufferPointer(rebasing: buffer[range])
    guard line.count <= maximumLineBytes else {
      throw StreamError.lineTooLong(position, limitBytes: maximumLineBytes)
    }
    if line.last == 0x0D { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
    if lineNumber == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) {
      line = UnsafeRawBufferPointer(rebasing: line.dropFirst(3))
    }
    return line
  }

  /// Makes room and reads on; `searched` follows the bytes that move.
  private func refill(_ searched: inout Int) throws {
    if start > 0 {
      let rest = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
      buffer.copyMemory(from: rest)
      searched -= start
      end -= start
      start = 0
    }
    guard end <= maximumLineBytes else {
      lineNumber += 1
      throw StreamError.lineTooLong(position, limitBytes: maximumLineBytes)
    }
    if end == buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: min(buffer.count * 2, maximumLineBytes + 1 + (1 << 20)), alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
      buffer.deallocate()
      buffer = larger
    }
    let count = try decoder.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]), lastWholeLine: lineNumber)
    end += count
    decodedBytes += count
    isAtEnd = count == 0
  }
}

extension UnsafeRawBufferPointer {
  /// The offset of the first line feed.
  fileprivate var firstLineFeed: Int? {
    guard let baseAddress, let found = memchr(baseAddress, 0x0A, count) else { return nil }
    return UnsafeRawPointer(found) - baseAddress
  }
}
