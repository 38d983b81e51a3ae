import ArgumentParser
import Filters
import Foundation
import Kernels
import Records
import Tokenizers
import Transformer

/// How responses are drawn.
struct SamplingArguments: ParsableArguments {
  @Option(
    name: [.customLong("group-size"), .customShort("n")],
    help: ArgumentHelp("How many responses to each problem (the paper: 8).", valueName: "count"))
  var groupSize = 8

  @Option(
    help: ArgumentHelp(
      "The chat format of prompts: \(ChatTemplate.named.map(\.name).joined(separator: ", ")); by default the policy's own.",
      valueName: "name"),
    transform: ChatTemplate.init(argument:))
  var chatFormat: ChatTemplate?

  @Option(
    help: "Divides the logits; 0 always takes the likeliest token. (default: 1.0)",
    transform: number)
  var temperature = 1.0

  @Option(
    help: "Only the fewest likeliest tokens whose probabilities reach this sum; 1 turns it off.")
  var topP = 1.0

  @Option(help: "Only the so many likeliest tokens; 0 turns it off.")
  var topK = 0

  @Option(
    help: "Only tokens of at least this share of the likeliest one's probability; 0 turns it off.")
  var minP = 0.0

  @Option(help: "Taken off the logit of each token that the response has; 0 turns it off.")
  var presencePenalty = 0.0

  @Option(
    help:
      "Taken off the logit of a token once for each time that the response has it; 0 turns it off.")
  var frequencyPenalty = 0.0

  @Option(
    help:
      "Divides positive and multiplies negative logits of tokens in prompt and response; 1 turns it off."
  )
  var repetitionPenalty = 1.0

  @Option(
    help: ArgumentHelp(
      "End a response with this text, which it keeps; may be given several times.",
      valueName: "text"))
  var stop: [String] = []

  @Option(
    help: ArgumentHelp(
      "The longest response, its end token included; the policy's own limit holds too.",
      valueName: "tokens"))
  var maxResponseTokens = 8192

  @Option(help: "Another seed draws other responses.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "The training step: with the same seed, another step draws other responses.",
      valueName: "number"))
  var step = 0

  @Option(
    help: """
      What is multiplied in projections and attention, 'f32' or 'bf16' numbers, the former by oneDNN with 'bf16-onednn'; sums and \
      parameters are float32.
      """
  )
  var compute: ProductPrecision = .float32

  @Option(help: "How many threads; the responses do not depend on it.")
  var threads = ProcessorCount.available

  @Option(
    help: ArgumentHelp(
      "Memory for weights, keys and values, such as 6G; by default half of what there is; the responses do not depend on it.",
      valueName: "size"))
  var memory: MemorySize?

  mutating func validate() throws {
    try check(["--group-size": groupSize], in: 1...1 << 20)
    try check(["--max-response-tokens": maxResponseTokens], in: 1...1 << 30)
    try check(["--threads": threads], in: 1...4096)
    if let hindrance = compute.hindrance {
      throw ValidationError("'--compute \(compute.rawValue)': \(hindrance)")
    }
    guard temperature == 0 || temperature >= SamplingOptions.leastTemperature, temperature.isFinite
    else {
      throw ValidationError(
        "'--temperature' must be 0, or at least \(SamplingOptions.leastTemperature), but is \(temperature)"
      )
    }
    guard topP > 0, topP <= 1 else {
      throw ValidationError("'--top-p' must be in 0 < p <= 1, but is \(topP)")
    }
    guard topK >= 0 else {
      throw ValidationError("'--top-k' must be at least 0, but is \(topK)")
    }
    guard minP >= 0, minP <= 1 else {
      throw ValidationError("'--min-p' must be in 0 ... 1, but is \(minP)")
    }
    for (name, value) in [
      ("--presence-penalty", presencePenalty), ("--frequency-penalty", frequencyPenalty),
    ] where !LogitPenalties.offsets.contains(value) {
      throw ValidationError("'\(name)' must be in \(LogitPenalties.offsets), but is \(value)")
    }
    guard LogitPenalties.factors.contains(repetitionPenalty) else {
      throw ValidationError(
        "'--repetition-penalty' must be in \(LogitPenalties.factors), but is \(repetitionPenalty)")
    }
    guard !stop.contains("") else { throw ValidationError("'--stop' must not be empty") }
  }

  /// What the sampler takes.
  func options(for tokenizer: Tokenizer, endOfSequenceTokenIDs: [Int]) -> SamplingOptions {
    SamplingOptions(
      temperature: temperature, topK: topK == 0 ? nil : topK, topP: topP, minP: minP,
      penalties: LogitPenalties(
        presence: presencePenalty, frequency: frequencyPenalty, repetition: repetitionPenalty),
      endOfSequenceTokenIDs: endOfSequenceTokenIDs,
      stopStrings: stop.isEmpty
        ? nil
        : StopStrings(stop, tokenBytes: (0..<tokenizer.vocabularySize).map(tokenizer.written)),
      maxResponseTokens: maxResponseTokens)
  }

  /// What the record tells.
  var description: SamplingDescription {
    SamplingDescription(
      temperature: temperature, topP: topP, topK: topK, minP: minP,
      presencePenalty: presencePenalty, frequencyPenalty: frequencyPenalty,
      repetitionPenalty: repetitionPenalty, stop: stop, maxResponseTokens: maxResponseTokens,
      seed: seed, compute: compute == .float32 ? nil : compute.rawValue)
  }
}

extension ProductPrecision: ExpressibleByArgument {}
