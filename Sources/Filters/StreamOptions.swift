package import ArgumentParser
import Diagnostics
import Foundation
package import JSONLines
package import Records

/// Whether an input may be without a single byte.
package struct EmptyInputOption: ParsableArguments {
  @Flag(
    help: """
      Accept a zero-byte input as a stream without records. By default it is an error, because a failed stage leaves \
      zero bytes.
      """)
  package var allowEmpty = false

  package init() {}

  /// What each input without a byte is taken for.
  package var zeroBytes: ZeroBytes { allowEmpty ? .accepted : .refused(option: "--allow-empty") }
}

/// The options that every tool has for what it reads.
package struct InputOptions: ParsableArguments {
  @Argument(
    help:
      "The streams to read, zstd-compressed or plain JSON Lines; '-' or none is standard input.",
    completion: .file())
  package var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Put lines that cannot be used into this file, each after a '# place: reason' line, and go on.",
      valueName: "file"), completion: .file())
  package var rejects: String?

  @OptionGroup private var emptiness: EmptyInputOption

  @Option(
    help: ArgumentHelp("A longer line is an error, not an allocation.", valueName: "bytes"))
  package var maxLineBytes = 64 << 20

  @Option(
    help: ArgumentHelp(
      "Read only this part of the problems, such as 2/8; a problem's records stay together. (default: all)",
      valueName: "i/n"),
    transform: { text in
      guard let shard = Shard(argument: text) else {
        throw ValidationError("'--shard' must be a part such as 2/8, but is '\(text)'")
      }
      return shard
    })
  package var shard: Shard?

  package init() {}

  package mutating func validate() throws {
    guard maxLineBytes > 0 else {
      throw ValidationError("'--max-line-bytes' must be positive, but is \(maxLineBytes)")
    }
  }

  /// What each input without a byte is taken for.
  package var zeroBytes: ZeroBytes { emptiness.zeroBytes }

  /// The streams, and the file of rejects.
  package var namedFiles: [NamedFile] {
    (files.isEmpty ? ["-"] : files).map { NamedFile("the input", $0, .input) }
      + [rejects].compactMap { $0.map { NamedFile("'--rejects'", $0, .rejects) } }
  }

  /// Opens the input. A terminal as standard input is wrong usage: the tool would sit silent.
  package func open(rejects: RejectWriter?) throws -> RecordReader {
    if files.isEmpty, isatty(STDIN_FILENO) == 1 {
      throw UsageError("nothing to read: name a file, pipe a stream in, or see '--help'")
    }
    return RecordReader(
      paths: files, maximumLineBytes: maxLineBytes, faults: rejects.map { .reject($0) } ?? .stop,
      shard: shard, zeroBytes: zeroBytes)
  }
}

/// The options that every tool has for the records it writes.
package struct OutputOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Write to this file, which appears only when it is whole, instead of standard output.",
      valueName: "file"), completion: .file())
  package var output: String?

  @Flag(help: "Write plain JSON Lines (the default on a terminal).")
  package var plain = false

  @Flag(help: "Write zstd (the default in a pipe or file).")
  package var zstd = false

  @Option(
    help: ArgumentHelp(
      "zstd's level, from 1 (fast) to 19 (small); by default 1 in a pipe and 3 in a file.",
      valueName: "level"))
  package var compressionLevel: Int?

  package init() {}

  package mutating func validate() throws {
    if plain && zstd { throw ValidationError("'--plain' and '--zstd' exclude each other") }
    if let level = compressionLevel, !(1...19).contains(level) {
      throw ValidationError("'--compression-level' must be in 1 ... 19, but is \(level)")
    }
    if plain && compressionLevel != nil {
      throw ValidationError("'--plain' and '--compression-level' exclude each other")
    }
  }

  /// The file, or standard output.
  package var namedFiles: [NamedFile] {
    [
      output.map { NamedFile("'--output'", $0, .output) }
        ?? .standardOutput
    ]
  }

  /// Opens the output.
  package func open() throws -> LineWriter {
    var format: StreamFormat?
    if plain { format = .plain }
    if zstd { format = .zstd(level: compressionLevel ?? 3) }
    return try LineWriter(
      output.map { .file($0) } ?? .standardOutput, format: format, level: compressionLevel)
  }
}

/// The options that every tool has for what it says about its work.
package struct ReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Append one JSON object with counts and timings to this file.", valueName: "file"),
    completion: .file())
  package var metrics: String?

  @Flag(name: [.short, .long], help: "Say nothing but errors.")
  package var quiet = false

  package init() {}

  var namedFiles: [NamedFile] {
    [metrics].compactMap { $0.map { NamedFile("'--metrics'", $0, .metrics) } }
  }
}
