import CZstd
import Diagnostics
import Foundation
import JSONLines
import TestSupport
import Testing

@Suite("Reading lines")
struct LineReaderTests {
  /// All lines of a file with these bytes, by number.
  private func lines(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [(Int, String)] {
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: folder.url.appendingPathComponent("file"))
    let reader = try LineReader(path: folder.path("file"), maximumLineBytes: limit)
    var lines: [(Int, String)] = []
    while let line = try reader.next() {
      lines.append((reader.position.line, String(decoding: line, as: UTF8.self)))
    }
    return lines
  }

  private func texts(_ bytes: [UInt8]) throws -> [String] { try lines(bytes).map(\.1) }

  private func frame(_ text: String, level: Int32 = 3) -> [UInt8] {
    let source = Array(text.utf8)
    var target = [UInt8](repeating: 0, count: ZSTD_compressBound(source.count))
    let count = ZSTD_compress(&target, target.count, source, source.count, level)
    return Array(target.prefix(count))
  }

  @Test("passes over line ends, blank lines and a byte order mark, and counts all lines")
  func plain() throws {
    let found = try lines(Array("\u{FEFF}a\r\n\n  \t\nb\nc".utf8))
    #expect(found.map(\.0) == [1, 4, 5])
    #expect(found.map(\.1) == ["a", "b", "c"])
    #expect(try texts(Array("\n\n".utf8)).isEmpty)
    #expect(try texts(Array("abc".utf8)) == ["abc"])
  }

  @Test("takes several frames, skippable and empty ones too, as one stream")
  func frames() throws {
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
    #expect(
      try texts(frame("a\nb") + frame("c\n") + frame("") + skippable + frame("d")) == [
        "a", "bc", "d",
      ])
    #expect(try texts(skippable + frame("a\n")) == ["a"])
  }

  @Test("takes skippable frames alone, however long, for no bytes at all", arguments: [1, 3, 5000])
  func skippableFrames(count: Int) throws {
    let folder = try TemporaryFolder()
    let content = [UInt8](repeating: 7, count: 300_000 / count)
    let length = withUnsafeBytes(of: UInt32(content.count).littleEndian) { Array($0) }
    let frames = [[UInt8]](
      repeating: [0x5A, 0x2A, 0x4D, 0x18] + length + content, count: count)
    try Data(frames.joined()).write(to: folder.url.appendingPathComponent("file"))
    let path = folder.path("file")
    #expect(throws: StreamError.zeroBytes(source: path, option: nil)) {
      try LineReader(path: path, maximumLineBytes: 100).next()
    }
    #expect(
      try LineReader(path: path, maximumLineBytes: 100, zeroBytes: .accepted).next() == nil)
    #expect(try texts(frames.joined() + frame("")).isEmpty)
    #expect(try texts(frames.joined() + frame("a")) == ["a"])
  }

  @Test("refuses a stream of zero bytes, which a stage leaves that failed, unless it is allowed")
  func zeroBytes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "file")
    for option in ["--allow-empty", nil] {
      let error = #expect(throws: StreamError.self) {
        try LineReader(path: path, maximumLineBytes: 100, zeroBytes: .refused(option: option))
      }
      #expect(error == .zeroBytes(source: path, option: option))
      #expect(error?.exitStatus == .badData)
      #expect(error?.description.contains("--allow-empty") == (option != nil))
    }
    let reader = try LineReader(path: path, maximumLineBytes: 100, zeroBytes: .accepted)
    #expect(try reader.next() == nil)
    #expect(try texts(frame("")).isEmpty)
  }

  @Test("gives lines longer than its buffers, whole")
  func longLines() throws {
    let long = String(repeating: "x", count: 3_000_000)
    let reader = try lines(Array("a\n\(long)\nb\n".utf8), limit: 4_000_000)
    #expect(reader.map(\.1.utf8.count) == [1, 3_000_000, 1])
    #expect(
      try texts(frame("\(String(repeating: "y", count: 900_000))\nz")).map(\.utf8.count) == [
        900_000, 1,
      ])
  }

  @Test("refuses a line beyond the limit, and takes one of just the limit")
  func limit() throws {
    #expect(try lines(Array("12345\n1234567890".utf8), limit: 10).count == 2)
    let error = #expect(throws: StreamError.self) {
      try lines(Array("12345\n12345678901\n".utf8), limit: 10)
    }
    guard case .lineTooLong(let place, limitBytes: 10) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(place.line == 2)
  }

  @Test("refuses a gigabyte of zeros in a few kilobytes without allocating it")
  func bomb() throws {
    let million = frame(String(repeating: "0", count: 1 << 20))
    let folder = try TemporaryFolder()
    let bomb = Data((0..<1024).flatMap { _ in million })
    #expect(bomb.count < 100_000)
    try bomb.write(to: folder.url.appendingPathComponent("bomb"))
    let reader = try LineReader(path: folder.path("bomb"), maximumLineBytes: 8 << 20)
    #expect(throws: StreamError.self) { try reader.next() }
  }

  @Test("says of a stream cut off at any byte where it ends, and never ends quietly")
  func truncated() throws {
    let whole = frame("first line\nsecond line\nthird line\n")
    for count in 1..<whole.count {
      let error = #expect(throws: StreamError.self, "cut at \(count)") {
        try lines(Array(whole.prefix(count)))
      }
      guard case .truncated(_, byte: count, _) = error else {
        Issue.record("cut at \(count): \(String(describing: error))")
        return
      }
    }
  }

  @Test("says of garbage behind a frame that the stream is damaged, after giving what was whole")
  func garbage() throws {
    let folder = try TemporaryFolder()
    let bytes = frame("a\nb\n") + Array("garbage!".utf8)
    try Data(bytes).write(to: folder.url.appendingPathComponent("file"))
    let reader = try LineReader(path: folder.path("file"), maximumLineBytes: 100)
    #expect(throws: StreamError.self) { while try reader.next() != nil {} }
  }
}
