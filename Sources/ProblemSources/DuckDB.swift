// Parquet through DuckDB's command-line tool: no Parquet library is linked.

package import Diagnostics
import Foundation
import JSONLines

/// What can go wrong when DuckDB is asked.
package enum DuckDBError: ToolError, Equatable {
  /// No `duckdb` is on the path.
  case notInstalled(file: String)
  /// DuckDB's own words, on one line.
  case failed(file: String, reason: String)

  package var description: String {
    switch self {
    case .notInstalled(let file):
      "\(file): Parquet needs DuckDB's command-line tool 'duckdb', which is not on the path; "
        + "install it with 'pip install duckdb-cli'"
    case .failed(let file, let reason): "\(file): duckdb: \(reason)"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .notInstalled: .unavailable
    case .failed: .badData
    }
  }
}

/// DuckDB's command-line tool, run in a temporary folder of its own, so that file names need no quoting in SQL.
package struct DuckDB {
  private let executable: URL

  /// Finds the tool on the path.
  ///
  /// - Parameter file: the file that it is needed for, for the message.
  package init(for file: String) throws(DuckDBError) {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/duckdb"
      if FileManager.default.isExecutableFile(atPath: candidate) {
        executable = URL(fileURLWithPath: candidate)
        return
      }
    }
    throw .notInstalled(file: file)
  }

  /// Writes a Parquet file's rows as compressed JSON Lines under the folder.
  ///
  /// - Returns: the path of what was written.
  func jsonLines(ofParquet file: String, in folder: ScratchFolder) throws -> String {
    guard FileManager.default.isReadableFile(atPath: file) else {
      throw SystemError("open", path: file, code: access(file, F_OK) == 0 ? EACCES : ENOENT)
    }
    // A link with a plain name: DuckDB would take '*' and '[' in the name for patterns.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("rows.parquet"),
      withDestinationPath: URL(fileURLWithPath: file).standardizedFileURL.path)
    try run(
      """
      COPY (SELECT * FROM read_parquet('rows.parquet')) \
      TO 'rows.jsonl.zst' (FORMAT json, COMPRESSION zstd)
      """, in: folder, for: file)
    return folder.path("rows.jsonl.zst")
  }

  /// Makes a Parquet file, which appears only when it is whole, from the stream `rows.jsonl.zst` of the folder.
  ///
  /// Texts stay texts, also where all of them look like dates.
  package func writeParquet(_ file: String, from folder: ScratchFolder) throws {
    try run(
      """
      COPY (SELECT * FROM read_json('rows.jsonl.zst', format = 'newline_delimited', \
      compression = 'zstd', sample_size = -1, map_inference_threshold = -1, \
      maximum_object_size = 1073741824, dateformat = 'none', timestampformat = 'none')) \
      TO 'rows.parquet' (FORMAT parquet, COMPRESSION zstd)
      """, in: folder, for: file)
    let reader = try FileReader(path: folder.path("rows.parquet"))
    let writer = try FileWriter(.file(file))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = try reader.read(into: buffer)
      if count == 0 { break }
      try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    try writer.commit()
  }

  private func run(_ statement: String, in folder: ScratchFolder, for file: String) throws {
    let process = Process()
    process.executableURL = executable
    process.currentDirectoryURL = folder.url
    // Rows keep their order by default; a user's start-up file could change that, and the output.
    process.arguments = ["-init", "/dev/null", "-batch", "-c", statement]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      // DuckDB knows the file under the name that it has in the folder.
      let reason = firstLine(of: said).replacing("'rows.parquet'", with: "\"\(file)\"")
      throw DuckDBError.failed(file: file, reason: reason)
    }
  }

  private func firstLine(of said: Data) -> String {
    let lines = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.first.map(String.init) ?? "ended without a word"
  }
}
