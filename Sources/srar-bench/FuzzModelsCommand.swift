import ArgumentParser
import Diagnostics
import Foundation
import RandomStreams

/// `srar-bench fuzz-models`: reads damaged model files.
///
/// A finding is a crash (the process dies, and leaves the file), an error that is none of bad data, a file that takes seconds of a processor, or
/// memory out of proportion to files of a few thousand bytes.
struct FuzzModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz-models",
    abstract: "Read damaged safetensors, GGUF, tokenizer and config files.")

  @Option(help: "How many inputs of each kind.")
  var count = 1_000_000

  @Option(help: "Another seed makes other inputs.")
  var seed: UInt64 = 1

  @Option(
    help: "Only this kind: \(ModelFileKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var kind: ModelFileKind?

  /// Bytes that the process may have taken at its peak.
  private static let memoryLimit = 1 << 30

  private static let words = [
    "{", "}", "[", "]", "[[[[[[[[", "\"", ":", ",", "null", "true", "-1", "0", "1e400", "-0.0",
    "NaN",
    "9223372036854775807", "18446744073709551616", "\\u0000", "\\ud800", "a", "F32", "BF16", "F64",
    "shape", "data_offsets", "__metadata__", "../x", "/etc/passwd", "vocab", "merges", "Ġ", "ĠĠ",
    "NFC", "Split", "llama", "qwen2", "yarn", "rope_scaling", "head_dim", "eos_token_id", "<|end|>",
    "blk.0.attn_q.weight", "general.alignment", "\u{0}\u{0}\u{0}\u{0}", "é", "\u{FEFF}",
  ]

  func run() throws {
    var findings = 0
    for kind in kind.map({ [$0] }) ?? ModelFileKind.allCases {
      findings += try fuzz(kind)
    }
    if findings > 0 { throw ExitCode(70) }
  }

  private func fuzz(_ kind: ModelFileKind) throws -> Int {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-fuzz-\(kind.rawValue)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let whole = try kind.prepare(in: folder.path)
    try kind.read(from: folder.path)
    say("\(kind.rawValue): a crash leaves its file in \(folder.path)")
    let mutation = ByteMutation(words: Self.words.map { Array($0.utf8) })
    let file = folder.appendingPathComponent(kind.fileName)
    var (findings, readable) = (0, 0)
    var slowest = Duration.zero
    for number in 0..<count {
      var random = RandomStream(seed: seed, "fuzz", kind.rawValue, number)
      try Data(mutation.mutate(whole, &random)).write(to: file)
      let start = processorTime()
      do {
        try kind.read(from: folder.path)
        readable += 1
      } catch let error as any ToolError
        where [.badData, .noInput, .inputOutput].contains(error.exitStatus)
      {
        // What it should say.
      } catch {
        findings += 1
        say("\(kind.rawValue) \(number): \(error)")
      }
      let time = processorTime() - start
      slowest = max(slowest, time)
      if time > .seconds(2) {
        findings += 1
        say("\(kind.rawValue) \(number): took \(time)")
      }
    }
    let peak = peakMemory()
    if peak > Self.memoryLimit {
      findings += 1
      say("\(kind.rawValue): took \(peak) bytes of memory")
    }
    say(
      "\(kind.rawValue): \(count) inputs, \(readable) could be read, \(findings) findings, "
        + "slowest \(slowest), peak memory \(peak >> 20) MiB")
    try FileManager.default.removeItem(at: folder)
    return findings
  }

  /// Tells at once: what was said before a crash is there after it, in a file too.
  private func say(_ text: String) {
    print(text)
    fflush(nil)
  }

  /// The most bytes that this process had in memory.
  private func peakMemory() -> Int {
    var usage = rusage()
    // Linux counts kibibytes, Darwin bytes.
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss << 10
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
