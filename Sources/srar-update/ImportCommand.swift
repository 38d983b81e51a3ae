import ArgumentParser
import Checkpoints
import Filters
import Tokenizers
import Transformer

/// `srar-update import`: a GGUF file as a policy folder.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a policy folder of a GGUF file.",
    discussion: """
      Tensors of the types F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K and Q6_K; architectures llama, qwen2 and \
      qwen3; the tokenizer and the chat template come along.

      EXAMPLES
        srar-update import SmolLM2-135M-Instruct.Q4_1.gguf policy
      """)

  @Argument(help: ArgumentHelp("The GGUF file.", valueName: "file"), completion: .file())
  var file: String

  @Argument(help: ArgumentHelp("The policy's folder.", valueName: "folder"), completion: .directory)
  var output: String

  @Option(
    name: .customLong("dtype"),
    help: ArgumentHelp("What the weights are stored as.", valueName: "type"))
  var elementType: ElementType = .float32

  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    let run = try ToolRun(
      tool: "srar-update import", report, files: [NamedFile("the input", file, .read)])
    let policy = try GGUFPolicy(path: file)
    try PolicyOutput(path: output, name: "the policy's folder").check(
      files: ["the input": [file], "'--metrics'": [report.metrics].compactMap { $0 }])
    try checkMemory(for: policy.configuration, allowance: .now)
    let tokenizer = try tokenizer(policy)
    try noteUnusedTensors(of: policy, in: run)
    let weights = try Weights(policy)
    func text(_ id: Int?) -> String? {
      id.flatMap {
        tokenizer.vocabulary.tokens.indices.contains($0) ? tokenizer.vocabulary.tokens[$0] : nil
      }
      .map { String(decoding: $0, as: UTF8.self) }
    }
    let end = text(policy.configuration.endOfSequenceTokenIDs.first) ?? "<|endoftext|>"
    try PolicyFolder.write(
      at: output, configuration: policy.configuration, tensors: weights.tensorValues,
      elementType: elementType.stored,
      files: tokenizer.files(
        chatTemplate: policy.file.metadata["tokenizer.chat_template"]?.text,
        beginning: text(policy.configuration.bosTokenID), endOfSequence: end,
        padding: text(policy.configuration.paddingTokenID) ?? end,
        maximumLength: policy.configuration.maximumPositionCount
      ).map { PolicyFile(name: $0.name, bytes: $0.bytes) })
    run.metrics["parameters"] = weights.elements.count
    run.metrics["vocabulary"] = tokenizer.vocabularySize
    run.summarize(
      "\(output): \(weights.elements.count) parameters, a vocabulary of \(tokenizer.vocabularySize)"
    )
    try run.finish()
  }

  private func tokenizer(_ policy: GGUFPolicy) throws -> Tokenizer {
    let metadata = policy.file.metadata
    guard metadata["tokenizer.ggml.model"]?.text == "gpt2",
      let tokens = metadata["tokenizer.ggml.tokens"]?.texts,
      let merges = metadata["tokenizer.ggml.merges"]?.texts
    else {
      throw CheckpointError.unsupported(
        path: file, field: "tokenizer.ggml.model",
        found: "\"\(metadata["tokenizer.ggml.model"]?.text ?? "missing")\"",
        supported: "gpt2, with tokens and merges")
    }
    return try Tokenizer(
      ggufTokens: tokens, types: metadata["tokenizer.ggml.token_type"]?.integers ?? [],
      merges: merges, preTokenizer: metadata["tokenizer.ggml.pre"]?.text ?? "gpt-2", path: file)
  }
}
