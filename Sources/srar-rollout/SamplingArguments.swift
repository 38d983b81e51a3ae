import ArgumentParser
import Foundation
import Tokenizers

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

  @Option(help: "Divides the logits; 0 always takes the likeliest token.")
  var temperature = 1.0

  @Option(
    help: "Only the fewest likeliest tokens whose probabilities reach this sum; 1 turns it off.")
  var topP = 1.0

  @Option(help: "Only the so many likeliest tokens; 0 turns it off.")
  var topK = 0

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

  @Option(help: "How many threads; the responses do not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  mutating func validate() throws {
    for (name, value) in [
      ("--group-size", groupSize), ("--max-response-tokens", maxResponseTokens),
      ("--threads", threads),
    ] where value < 1 {
      throw ValidationError("'\(name)' must be at least 1, but is \(value)")
    }
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("'--temperature' must be at least 0, but is \(temperature)")
    }
    guard topP > 0, topP <= 1 else {
      throw ValidationError("'--top-p' must be in 0 < p <= 1, but is \(topP)")
    }
    guard topK >= 0 else {
      throw ValidationError("'--top-k' must be at least 0, but is \(topK)")
    }
  }
}
