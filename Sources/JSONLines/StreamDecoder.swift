// A stream's bytes: zstd is sniffed and decompressed, plain text goes through.

internal import CZstd
import Diagnostics

/// What a stream without a single byte is taken for.
///
/// Every tool writes a zstd frame even where it has no records, so zero bytes are what a stage leaves that failed or was killed.
package enum ZeroBytes: Equatable, Sendable {
  /// An error. Names the option that accepts them, where there is one.
  case refused(option: String?)
  /// A stream without lines, as of a log to which nothing was appended yet.
  case accepted
}

/// The uncompressed bytes of a file or standard input, zstd-compressed or plain.
///
/// Several zstd frames are one stream. Memory is bounded: libzstd's window (128 MiB at most) and one input buffer.
package final class StreamDecoder {
  package let file: FileReader
  private let input: UnsafeMutableRawBufferPointer
  private var inputStart = 0
  private var inputEnd = 0
  private var decompressor: OpaquePointer?
  /// Inside a frame, whose end is still to come.
  private var isInsideFrame = false
  /// libzstd is given so much at a time: it does not say where in its input damage is, so a message can be this exact.
  private let pieceSize = 4096
  /// The damage that was met behind bytes that are handed out first.
  private var damage: String?
  /// How many bytes of the file were handed to the caller or to libzstd.
  private var bytesConsumed = 0
  /// Looks for a frame with content: skippable ones alone are no stream.
  private var frames = SkippableFrames()
  private let zeroBytes: ZeroBytes

  package init(_ file: FileReader, zeroBytes: ZeroBytes = .refused(option: nil)) throws {
    self.file = file
    self.zeroBytes = zeroBytes
    input = .allocate(byteCount: 256 << 10, alignment: 64)
    try sniff()
    if inputEnd == 0 { try refuseNothing() }
  }

  /// - Throws: where a stream without content is an error.
  private func refuseNothing() throws(StreamError) {
    if case .refused(let option) = zeroBytes {
      throw .zeroBytes(source: file.name, option: option)
    }
  }

  deinit {
    ZSTD_freeDCtx(decompressor)
    input.deallocate()
  }

  /// How much of a regular file was handed on, from 0 to 1.
  var fractionDecoded: Double? {
    file.size.map { size in
      size == 0 ? 1 : Double(file.bytesRead - (inputEnd - inputStart)) / Double(size)
    }
  }

  /// Reads until the first four bytes are there, and looks for a zstd frame or a skippable one (RFC 8878), or what other formats begin
  /// with.
  private func sniff() throws {
    while inputEnd < 4 {
      let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: input[inputEnd...]))
      if count == 0 { break }
      inputEnd += count
    }
    guard inputEnd >= 4 else { return try refuseCutOffMagic() }
    if isZstandard(UnsafeRawBufferPointer(input)) {
      guard let decompressor = ZSTD_createDCtx() else {
        throw StreamError.noMemory(source: file.name)
      }
      self.decompressor = decompressor
    }
    let others = OtherCompression.allCases.first { input.prefix(inputEnd).starts(with: $0.magic) }
    if let others { throw StreamError.otherCompression(others, source: file.name) }
  }

  /// Fewer than four bytes, if a zstd frame begins with them, are one that is cut off, not a line of text.
  private func refuseCutOffMagic() throws(StreamError) {
    let isCutOff = withUnsafeBytes(of: UInt32(ZSTD_MAGICNUMBER).littleEndian) { magic in
      inputEnd > 0 && magic.starts(with: input[..<inputEnd])
    }
    if isCutOff {
      throw .truncated(source: file.name, byte: inputEnd, lastWholeLine: 0)
    }
  }

  /// Fills the buffer with as much as is at hand, at least one byte; 0 at the end of the stream.
  ///
  /// - Parameter lastWholeLine: the number of the last line that the caller has seen whole, for messages.
  package func read(into buffer: UnsafeMutableRawBufferPointer, lastWholeLine: Int) throws -> Int {
    guard let decompressor else { return try readPlain(into: buffer) }
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    if let damage { throw corrupt(damage, lastWholeLine) }
    // As long as bytes are at hand the buffer is filled; only an empty one waits for more.
    while output.pos < output.size {
      if inputStart == inputEnd {
        if output.pos > 0 { break }
        inputStart = 0
        inputEnd = try file.read(into: input)
        if inputEnd == 0 {
          guard !isInsideFrame else {
            throw StreamError.truncated(
              source: file.name, byte: bytesConsumed, lastWholeLine: lastWholeLine)
          }
          if !frames.foundOther { try refuseNothing() }
          return 0
        }
      }
      var source = ZSTD_inBuffer(
        src: input.baseAddress, size: min(inputEnd, inputStart + pieceSize), pos: inputStart)
      let result = ZSTD_decompressStream(decompressor, &output, &source)
      frames.pass(input[inputStart..<source.pos])
      bytesConsumed += source.pos - inputStart
      inputStart = source.pos
      guard ZSTD_isError(result) == 0 else {
        // Neither is damage, and neither comes after records of its own frame.
        switch ZSTD_getErrorCode(result) {
        case ZSTD_error_memory_allocation: throw StreamError.noMemory(source: file.name)
        case ZSTD_error_frameParameter_windowTooLarge:
          throw StreamError.windowTooLarge(source: file.name)
        default: break
        }
        let reason = String(cString: ZSTD_getErrorName(result))
        guard output.pos > 0 else { throw corrupt(reason, lastWholeLine) }
        damage = reason
        return output.pos
      }
      isInsideFrame = result != 0
    }
    return output.pos
  }

  private func corrupt(_ reason: String, _ lastWholeLine: Int) -> StreamError {
    .corrupt(
      source: file.name, byte: bytesConsumed, reason: reason, lastWholeLine: lastWholeLine)
  }

  private func readPlain(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    guard inputStart < inputEnd else { return try file.read(into: buffer) }
    let count = min(buffer.count, inputEnd - inputStart)
    buffer.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: input[inputStart..<inputStart + count]))
    inputStart += count
    return count
  }
}

/// Follows the frames of a zstd stream until one is not skippable (RFC 8878): a magic number, a length and so many bytes without
/// meaning.
private struct SkippableFrames {
  /// Whether another frame than a skippable one has begun.
  private(set) var foundOther = false
  private var header: [UInt8] = []
  private var remaining = 0

  mutating func pass(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
    var rest = bytes
    while !foundOther, !rest.isEmpty {
      if remaining > 0 {
        let count = min(remaining, rest.count)
        rest = rest.dropFirst(count)
        remaining -= count
        continue
      }
      header.append(rest.removeFirst())
      if header.count == 4 {
        let magic = header.withUnsafeBytes {
          UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))
        }
        foundOther = magic & 0xFFFF_FFF0 != UInt32(ZSTD_MAGIC_SKIPPABLE_START)
      } else if header.count == 8 {
        remaining = header[4...].reversed().reduce(0) { $0 << 8 | Int($1) }
        header = []
      }
    }
  }
}

/// Whether bytes begin a zstd frame or a skippable one (RFC 8878).
private func isZstandard(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard bytes.count >= 4 else { return false }
  let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
  return magic == UInt32(ZSTD_MAGICNUMBER)
    || magic & 0xFFFF_FFF0 == UInt32(ZSTD_MAGIC_SKIPPABLE_START)
}

/// Whether bytes are the beginning of a compressed file, to which text must not be appended.
package func isCompressed(_ bytes: UnsafeRawBufferPointer) -> Bool {
  isZstandard(bytes) || OtherCompression.allCases.contains { bytes.starts(with: $0.magic) }
}

/// A compression that is not read here, but is told from text.
package enum OtherCompression: String, CaseIterable, Sendable {
  case gzip, xz

  /// What its files begin with.
  fileprivate var magic: [UInt8] {
    switch self {
    case .gzip: [0x1F, 0x8B]
    case .xz: [0xFD] + Array("7zXZ".utf8)
    }
  }

  /// The command that turns such a file into text.
  var reader: String {
    switch self {
    case .gzip: "zcat"
    case .xz: "xzcat"
    }
  }
}

/// The version of the zstd library, such as "1.5.4".
package var zstdVersion: String { String(cString: ZSTD_versionString()) }
