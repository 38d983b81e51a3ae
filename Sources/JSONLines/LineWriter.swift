import Diagnostics
import Dispatch

/// The lines of one stream on their way to standard output or a file.
package final class LineWriter {
  private let file: FileWriter
  private let encoder: StreamEncoder
  /// Somebody may be waiting for the lines at the other end of a pipe.
  private let flushesByTime: Bool
  private var hasUnflushed = false
  private var lastFlush = DispatchTime.now().uptimeNanoseconds

  /// - Parameters:
  ///   - destination: where the lines go; a file appears only when `finish` has succeeded.
  ///   - format: by default plain text on a terminal, else zstd, at level 1 on a pipe, where time counts, and 3 in
  ///     a file, where size does.
  package init(_ destination: Destination, format: StreamFormat?, level: Int?) throws {
    file = try FileWriter(destination)
    let standard =
      file.isTerminal ? .plain : StreamFormat.zstd(level: level ?? (file.isRegularFile ? 3 : 1))
    encoder = try StreamEncoder(file, format: format ?? standard)
    flushesByTime = !file.isRegularFile
  }

  /// Appends bytes to the current line.
  package func append(_ bytes: UnsafeRawBufferPointer) throws { try encoder.write(bytes) }

  /// Appends text to the current line.
  package func append(_ text: String) throws {
    var text = text
    try text.withUTF8 { try encoder.write(UnsafeRawBufferPointer($0)) }
  }

  /// Ends the current line. On a pipe what is written becomes readable at least every half second, as long as lines come.
  package func endLine() throws {
    try append("\n")
    hasUnflushed = true
    if flushesByTime, DispatchTime.now().uptimeNanoseconds - lastFlush > 500_000_000 { try flush() }
  }

  /// Makes what is written so far readable at the other end of a pipe, for a tool that has to wait before it can go on; of a file
  /// nothing changes.
  package func flush() throws {
    guard flushesByTime, hasUnflushed else { return }
    hasUnflushed = false
    lastFlush = DispatchTime.now().uptimeNanoseconds
    try encoder.flush()
  }

  /// Writes the end of the stream and makes a file visible.
  package func finish() throws {
    try encoder.finish()
    try file.commit()
  }

  /// Ends after a failure: no file appears, and a zstd stream on a pipe is left cut off.
  package func abandon() {
    encoder.abandon()
    file.discard()
  }
}
