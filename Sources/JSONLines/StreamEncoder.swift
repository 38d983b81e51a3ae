// A stream's bytes on their way out: compressed beside the work, on a queue of their own.

internal import CZstd
import Diagnostics
import Dispatch
import Foundation
import Synchronization

/// How a stream is written.
package enum StreamFormat: Equatable, Sendable {
  case plain
  /// zstd with a checksum per frame, at a level from 1 (fast) to 19 (small).
  case zstd(level: Int)
}

/// Encodes and writes bytes on a queue of its own, so that compressing runs beside parsing.
///
/// The bytes that come out depend only on those that go in, except on a pipe or terminal, where `flush` makes what
/// was written so far readable at the other end.
final class StreamEncoder {
  private static let chunkSize = 256 << 10
  /// How many chunks may wait; memory stays bounded and a slow disk slows the tool.
  private let freeChunks = DispatchSemaphore(value: 4)
  private let queue = DispatchQueue(label: "srar.encoder")
  private let worker: EncodingWorker
  private var chunk: [UInt8] = []

  init(_ file: FileWriter, format: StreamFormat) throws {
    worker = try EncodingWorker(file, format: format)
    chunk.reserveCapacity(Self.chunkSize)
  }

  /// Takes bytes; an error of an earlier write shows here.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, Self.chunkSize - chunk.count)
      chunk.append(contentsOf: rest[..<count])
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if chunk.count == Self.chunkSize { try submit(.whenFull) }
    }
  }

  /// Sends on what there is, so that a reader at the other end of a pipe sees it now.
  func flush() throws { try submit(.flush) }

  /// Writes the rest and the end of the stream.
  func finish() throws {
    try submit(.end)
    try queue.sync { try worker.check() }
  }

  /// Ends without finishing: a zstd stream is left cut off, so that nobody takes it for a whole one.
  func abandon() {
    queue.sync { worker.abandon() }
  }

  private func submit(_ ending: EncodingWorker.Ending) throws {
    let full = chunk
    chunk = []
    chunk.reserveCapacity(Self.chunkSize)
    freeChunks.wait()
    queue.async { [worker, freeChunks] in
      worker.encode(full, ending)
      freeChunks.signal()
    }
    try worker.check()
  }
}

/// The queue's side of the encoder; everything but `check` runs on the queue.
private final class EncodingWorker: @unchecked Sendable {
  enum Ending { case whenFull, flush, end }

  private let file: FileWriter
  private let compressor: OpaquePointer?
  private var output: [UInt8]
  private var hasWritten = false
  private let failure = Mutex<(any Error)?>(nil)

  init(_ file: FileWriter, format: StreamFormat) throws {
    self.file = file
    guard case .zstd(let level) = format else {
      compressor = nil
      output = []
      return
    }
    compressor = ZSTD_createCCtx()
    output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    for (parameter, value) in [(ZSTD_c_compressionLevel, Int32(level)), (ZSTD_c_checksumFlag, 1)] {
      let result = ZSTD_CCtx_setParameter(compressor, parameter, value)
      if ZSTD_isError(result) != 0 {
        throw StreamError.zstd(reason: String(cString: ZSTD_getErrorName(result)))
      }
    }
  }

  deinit { ZSTD_freeCCtx(compressor) }

  /// Throws what went wrong on the queue.
  func check() throws {
    if let error = failure.withLock({ $0 }) { throw error }
  }

  func encode(_ bytes: [UInt8], _ ending: Ending) {
    guard failure.withLock({ $0 }) == nil else { return }
    do {
      try bytes.withUnsafeBytes { try encode($0, ending) }
    } catch {
      failure.withLock { $0 = error }
    }
  }

  private func encode(_ bytes: UnsafeRawBufferPointer, _ ending: Ending) throws {
    guard let compressor else { return try file.write(bytes) }
    let directive =
      switch ending {
      case .whenFull: ZSTD_e_continue
      case .flush: ZSTD_e_flush
      case .end: ZSTD_e_end
      }
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while true {
      var remaining = 0
      let written = output.withUnsafeMutableBytes { buffer in
        var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        remaining = ZSTD_compressStream2(compressor, &target, &input, directive)
        return target.pos
      }
      if ZSTD_isError(remaining) != 0 {
        throw StreamError.zstd(reason: String(cString: ZSTD_getErrorName(remaining)))
      }
      if written > 0 {
        hasWritten = true
        try output.withUnsafeBytes { buffer in
          try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<written]))
        }
      }
      let isDone = ending == .whenFull ? input.pos == input.size : remaining == 0
      if isDone { return }
    }
  }

  /// Where nothing was written yet, the bare magic number makes an empty output a cut-off one.
  func abandon() {
    guard compressor != nil, !hasWritten, failure.withLock({ $0 }) == nil else { return }
    var magic = UInt32(ZSTD_MAGICNUMBER).littleEndian
    do {
      try withUnsafeBytes(of: &magic) { try file.write($0) }
    } catch {
      // The tool is ending with another error already, which says more.
      return
    }
  }
}
