import ArgumentParser
import Checkpoints
import Filters
import RandomStreams
import Records
import Tokenizers
import Transformer

/// `srar-update init`: a new small policy.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a new small policy, with a vocabulary learned from given text.",
    discussion: """
      Writes a Llama-architecture policy with random weights. The vocabulary is byte-level BPE, learned from the messages and \
      solutions of the records, digits one by one; every text has tokens.

      EXAMPLES
        srar-update init --text train.jsonl.zst --output initial
        srar-update init --text train.jsonl.zst --layers 2 --hidden 64 --output tiny
      """)

  @Option(
    help: ArgumentHelp(
      "The records whose text the vocabulary is learned from.", valueName: "file"),
    completion: .file())
  var text: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The policy's folder.", valueName: "folder"), completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("Entries of the vocabulary.", valueName: "count"))
  var vocabulary = 512

  @Option(help: ArgumentHelp("Transformer layers.", valueName: "count"))
  var layers = 4

  @Option(help: ArgumentHelp("Width of the residual stream.", valueName: "width"))
  var hidden = 128

  @Option(
    help: ArgumentHelp(
      "Width of the feed-forward part; by default 3 times '--hidden'.", valueName: "width"))
  var intermediate: Int?

  @Option(help: ArgumentHelp("Query heads.", valueName: "count"))
  var heads = 4

  @Option(
    help: ArgumentHelp("Key and value heads; by default as many as '--heads'.", valueName: "count"))
  var keyValueHeads: Int?

  @Option(
    help: ArgumentHelp("Tokens that prompt and response may have together.", valueName: "tokens"))
  var positions = 1024

  @Option(help: "Another seed gives other weights.")
  var seed: UInt64 = 1

  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    try check(["--layers": layers], in: 1...10_000)
    try check(
      [
        "--hidden": hidden, "--heads": heads, "--intermediate": intermediate,
        "--key-value-heads": keyValueHeads,
      ], in: 1...1 << 24)
    try check(["--positions": positions], in: tokenCounts)
    try check(["--vocabulary": vocabulary], in: Int.min...1 << 24)
    guard vocabulary >= 259 else {
      throw ValidationError(
        "'--vocabulary' must hold the 256 bytes and 3 markers, so be at least 259, but is \(vocabulary)"
      )
    }
    guard hidden.isMultiple(of: heads * 2) else {
      throw ValidationError(
        "'--hidden' must be a multiple of twice '--heads' \(heads), but is \(hidden)")
    }
    guard heads.isMultiple(of: keyValueHeads ?? heads) else {
      throw ValidationError("'--heads' must be a multiple of '--key-value-heads'")
    }
  }

  func run() throws {
    let run = try ToolRun(
      tool: "srar-update init", report, files: [NamedFile("'--text'", text, .read)])
    let tokenizer = try Tokenizer.learned(from: texts(), vocabularySize: vocabulary)
    try PolicyOutput(path: output).check(
      files: ["'--text'": [text], "'--metrics'": [report.metrics].compactMap { $0 }])
    let configuration = ModelConfiguration(
      vocabularySize: tokenizer.vocabularySize, hiddenSize: hidden,
      intermediateSize: intermediate ?? 3 * hidden, layerCount: layers, headCount: heads,
      keyValueHeadCount: keyValueHeads ?? heads, headDimension: hidden / heads, ropeTheta: 10_000,
      rmsNormEpsilon: 1e-5, tiesEmbeddings: true, maximumPositionCount: positions,
      bosTokenID: nil,
      endOfSequenceTokenIDs: ["<|im_end|>", "<|endoftext|>"].compactMap(tokenizer.tokenID),
      paddingTokenID: tokenizer.tokenID(of: "<|endoftext|>"))
    try checkMemory(for: configuration, allowance: .now)
    var random = RandomStream(seed: seed, "initial weights")
    let weights = try Weights(configuration: configuration, random: &random)
    try PolicyFolder.write(
      at: output, configuration: configuration, tensors: weights.tensorValues,
      files: tokenizer.files(maximumLength: positions).map {
        PolicyFile(name: $0.name, bytes: $0.bytes)
      })
    run.metrics["parameters"] = weights.elements.count
    run.metrics["vocabulary"] = tokenizer.vocabularySize
    run.summarize(
      "\(output): \(weights.elements.count) parameters, a vocabulary of \(tokenizer.vocabularySize)"
    )
    try run.finish()
  }

  /// The messages and solutions of the records.
  private func texts() throws -> [String] {
    let reader = RecordReader(paths: [text], maximumLineBytes: 64 << 20, faults: .stop)
    var texts: [String] = []
    while let record = try reader.next() {
      let problem = try Problem(record)
      texts += problem.messages.map(\.content)
      if let solution = problem.solution { texts.append(solution) }
    }
    guard !texts.isEmpty else { throw UsageError("\(text): no text to learn a vocabulary from") }
    return texts
  }
}
