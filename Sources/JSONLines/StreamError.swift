package import Diagnostics

/// What can be wrong with a stream of JSON Lines.
package enum StreamError: ToolError, Equatable {
  case notJSON(LinePosition, JSONFault)
  case notAnObject(LinePosition, found: JSONKind)
  /// An object of the line has a key twice, named with the path to it.
  case repeatedKey(LinePosition, String)
  case lineTooLong(LinePosition, limitBytes: Int)
  /// The zstd stream ends in the middle of a frame.
  case truncated(source: String, byte: Int, lastWholeLine: Int)
  /// The zstd stream is damaged; libzstd's reason.
  case corrupt(source: String, byte: Int, reason: String, lastWholeLine: Int)
  /// libzstd gets no memory for the stream's window.
  case noMemory(source: String)
  /// The stream was compressed with a window that is larger than what is allowed.
  case windowTooLarge(source: String)
  /// The stream has no bytes at all. Names the option that accepts it, where there is one.
  case zeroBytes(source: String, option: String?)
  case otherCompression(OtherCompression, source: String)
  case zstd(reason: String)

  package var description: String {
    switch self {
    case .notJSON(let place, let fault): "\(place): \(fault)"
    case .notAnObject(let place, let found):
      "\(place): a record is a JSON object, but this line is \(found.article) \(found.rawValue)"
    case .repeatedKey(let place, let key):
      "\(place): \"\(key)\" stands twice in its object, and readers differ in which of the two they take; give it once"
    case .lineTooLong(let place, let limit):
      "\(place): the line is longer than \(limit) bytes; raise '--max-line-bytes' if it is meant to be"
    case .truncated(let source, let byte, let line):
      "\(source): the zstd stream is cut off at byte \(byte); \(lastWhole(line))"
    case .corrupt(let source, let byte, let reason, let line):
      "\(source): the zstd stream is damaged after byte \(byte) (\(reason)); \(lastWhole(line))"
    case .noMemory(let source):
      "\(source): there is not enough memory to decompress the stream; allow more ('ulimit -v'), or decompress it on the way: "
        + "zstdcat FILE | …"
    case .windowTooLarge(let source):
      "\(source): the zstd stream needs a window of more than 128 MiB; compress it again without '--long' and '--ultra'"
    case .zeroBytes(let source, let option):
      "\(source): zero bytes are not an empty stream: the stage before failed or was killed before its first byte, "
        + "or the file was never written; look there first"
        + (option.map { ", or accept them by '\($0)'" } ?? "")
    case .otherCompression(let compression, let source):
      "\(source): is compressed by \(compression), and zstd or plain text is read; decompress it on the way: "
        + "\(compression.reader) FILE | …"
    case .zstd(let reason): "zstd: \(reason)"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .zstd: .internalError
    case .noMemory: .unavailable
    default: .badData
    }
  }

  private func lastWhole(_ line: Int) -> String {
    line == 0 ? "no whole record came before" : "the last whole record is line \(line)"
  }
}

extension JSONKind {
  /// "a" or "an"; "the" value null needs neither.
  package var article: String {
    switch self {
    case .array, .object, .integer: "an"
    default: "a"
    }
  }
}
