package import Foundation
import Synchronization

/// A built executable, run on pipes.
package struct ToolProcess {
  /// What came of a run.
  package struct Result {
    package let output: Data
    package let errorText: String
    /// The exit status; of a tool that died of a signal, the signal's number.
    package let status: Int32
    package let diedOfSignal: Bool

    /// Standard output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// The folder of the executables: that of the test bundle.
  package static var folder: URL {
    let arguments = ProcessInfo.processInfo.arguments
    let bundle = arguments.first { $0.hasSuffix(".xctest") } ?? arguments[0]
    return URL(fileURLWithPath: bundle).resolvingSymlinksInPath().deletingLastPathComponent()
  }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private let collected = Collected()

  /// Starts a tool; nothing is written to it yet.
  ///
  /// - Parameter environment: variables beside those of the tests.
  package init(
    _ tool: String, _ arguments: [String], in folder: URL? = nil,
    environment: [String: String] = [:]
  ) throws {
    process.executableURL = Self.folder.appendingPathComponent(tool)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    if !environment.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    collected.read(output.fileHandleForReading, errors.fileHandleForReading)
    try process.run()
  }

  package var processIdentifier: Int32 { process.processIdentifier }

  /// Writes to the tool's standard input. A tool that has ended already reads no more, which is no fault of the test's.
  package func write(_ data: Data) {
    signal(SIGPIPE, SIG_IGN)
    do {
      try input.fileHandleForWriting.write(contentsOf: data)
    } catch {
      return
    }
  }

  /// Closes the tool's standard input and waits for its end.
  ///
  /// - Parameter seconds: a tool that takes longer is killed, and the result says so.
  package func finish(within seconds: Double = 60) -> Result {
    try? input.fileHandleForWriting.close()
    let killer = DispatchWorkItem { [process] in kill(process.processIdentifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: killer)
    process.waitUntilExit()
    killer.cancel()
    let (output, errors) = collected.wait()
    return Result(
      output: output, errorText: String(decoding: errors, as: UTF8.self),
      status: process.terminationStatus,
      diedOfSignal: process.terminationReason == .uncaughtSignal)
  }

  /// Runs a tool on an input, to its end.
  package static func run(
    _ tool: String, _ arguments: [String], input: Data = Data(), in folder: URL? = nil,
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = try ToolProcess(tool, arguments, in: folder, environment: environment)
    process.write(input)
    return process.finish()
  }

  /// Runs a command of the shell, in which the tools are on the PATH; a pipe's status is that of its last failing part.
  package static func shell(_ command: String, in folder: URL? = nil) throws -> Result {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    let collected = Collected()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "set -o pipefail; " + command]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(Self.folder.path):\(environment["PATH"] ?? "/usr/bin:/bin")"
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    collected.read(output.fileHandleForReading, errors.fileHandleForReading)
    try process.run()
    process.waitUntilExit()
    let (data, errorData) = collected.wait()
    return Result(
      output: data, errorText: String(decoding: errorData, as: UTF8.self),
      status: process.terminationStatus,
      diedOfSignal: process.terminationReason == .uncaughtSignal)
  }
}

/// Both outputs of a process, read as they come, so that no pipe fills up.
private final class Collected: Sendable {
  private let group = DispatchGroup()
  private let data = Mutex<(output: Data, errors: Data)>((Data(), Data()))

  func read(_ output: FileHandle, _ errors: FileHandle) {
    for (handle, isOutput) in [(output, true), (errors, false)] {
      group.enter()
      DispatchQueue.global().async { [self] in
        let all = handle.readDataToEndOfFile()
        data.withLock { data in
          if isOutput { data.output = all } else { data.errors = all }
        }
        group.leave()
      }
    }
  }

  func wait() -> (output: Data, errors: Data) {
    group.wait()
    return data.withLock { $0 }
  }
}

/// A folder of its own, gone when nobody holds it any more.
package final class TemporaryFolder {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("srar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and gives its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  /// The names in the folder, hidden ones too.
  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}
