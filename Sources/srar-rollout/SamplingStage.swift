import Checkpoints
import Filters
import RandomStreams
import Records
import Steps
import Tokenizers
import Transformer

/// Sampling by the built-in engine: problems in, their rollouts out.
struct SamplingStage {
  private let name: String
  private let arguments: SamplingArguments
  private let stepStyle: StepStyle
  private let tokenizer: Tokenizer
  private let template: ChatTemplate
  private let sampler: Sampler
  private let options: SamplingOptions
  /// Problems are sampled so many at a time: enough to keep every thread busy, few enough for bounded memory.
  private let problemsAtATime: Int
  private var counts = Counts()

  /// What the summary and the metrics tell.
  private struct Counts {
    var problems = 0
    var rollouts = 0
    var tokens = 0
    var promptTokens = 0
    var cut = 0
    var logProbability = 0.0
  }

  init(policy: String, arguments: SamplingArguments, stepStyle: StepStyle) throws {
    name = policy
    self.arguments = arguments
    self.stepStyle = stepStyle
    let folder = try PolicyFolder(path: policy)
    tokenizer = try Tokenizer(folder: policy)
    template = try arguments.chatFormat ?? ChatTemplate(folder: policy)
    sampler = try Sampler(
      model: Model(weights: Weights(folder)), threadCount: arguments.threads)
    options = SamplingOptions(
      temperature: arguments.temperature, topK: arguments.topK == 0 ? nil : arguments.topK,
      topP: arguments.topP, endOfSequenceTokenIDs: folder.configuration.endOfSequenceTokenIDs,
      maxResponseTokens: arguments.maxResponseTokens)
    problemsAtATime = max(1, 1024 / arguments.groupSize)
  }

  /// A problem that waits to be sampled.
  private struct Pending {
    let record: Record
    let id: String
    let prompt: [Int]
  }

  mutating func run(_ records: RecordRun) throws {
    var pending: [Pending] = []
    records.showsReading = false
    try records.forEachRecord { record in
      pending.append(try prepare(record))
      if pending.count == problemsAtATime {
        try sample(pending, into: records)
        pending = []
      }
    }
    if !pending.isEmpty { try sample(pending, into: records) }
    report(to: records.run)
  }

  /// The prompt of a record's messages.
  private func prepare(_ record: Record) throws -> Pending {
    let problem = try Problem(record)
    guard !problem.messages.isEmpty else {
      throw RecordError.missingField(
        "messages", record: problem.id, record.position, writtenBy: "srar-prep")
    }
    let messages = problem.messages.map {
      Tokenizers.ChatMessage(role: $0.role, content: $0.content)
    }
    let prompt = try tokenizer.encode(template.render(messages))
    let limit = sampler.model.configuration.maximumPositionCount
    guard prompt.count < limit else {
      throw RecordError.invalidValue(
        "messages", reason: "make \(prompt.count) tokens, but the policy holds \(limit)",
        record: problem.id, record.position)
    }
    return Pending(record: record, id: problem.id, prompt: prompt)
  }

  private mutating func sample(_ pending: [Pending], into records: RecordRun) throws {
    let requests = pending.flatMap { problem in
      (0..<arguments.groupSize).map { index in
        GenerationRequest(
          prompt: problem.prompt.map(Int32.init),
          random: RandomStream(
            seed: arguments.seed, "rollout", arguments.step, problem.id, index))
      }
    }
    let display = SamplingProgress(
      records.run, responsesBefore: counts.rollouts, tokensBefore: counts.tokens,
      expectedResponses: records.reader.fractionRead.map { fraction in
        Double(counts.rollouts + requests.count) / max(fraction, 1e-9)
      })
    let responses = try sampler.generate(requests, options: options) { _, response in
      display.note(response)
    }
    for (problem, start) in zip(
      pending, stride(from: 0, to: responses.count, by: arguments.groupSize))
    {
      for index in 0..<arguments.groupSize {
        let rollout = try rollout(responses[start + index], index: index, prompt: problem.prompt)
        try records.writer.write(problem.record, setting: rollout)
        count(rollout)
      }
    }
    counts.problems += pending.count
  }

  private func rollout(
    _ response: GenerationResponse, index: Int, prompt: [Int]
  ) throws -> Rollout {
    let tokens = response.tokens.map(Int.init)
    let decoded = try tokenizer.decode(tokens)
    return Rollout(
      index: index, response: decoded.text, promptTokens: prompt, tokens: tokens,
      logProbabilities: response.logProbabilities,
      finishReason: response.finishReason == .stop ? .stop : .length, model: name,
      sampling: SamplingDescription(
        temperature: arguments.temperature, topP: arguments.topP, topK: arguments.topK,
        maxResponseTokens: arguments.maxResponseTokens, seed: arguments.seed),
      stepStyle: stepStyle,
      steps: withTokenSpans(
        steps(of: decoded.text, style: stepStyle), tokenBytes: decoded.byteRanges))
  }

  private mutating func count(_ rollout: Rollout) {
    counts.rollouts += 1
    counts.tokens += rollout.tokens?.count ?? 0
    counts.promptTokens += rollout.promptTokens?.count ?? 0
    counts.cut += rollout.finishReason == .length ? 1 : 0
    counts.logProbability += (rollout.logProbabilities ?? []).reduce(0.0) { $0 + Double($1) }
  }

  private func report(to run: ToolRun) {
    let rate = Double(counts.tokens) / max(run.seconds, 0.001)
    let tokens = Double(max(counts.tokens, 1))
    run.metrics["rollouts"] = counts.rollouts
    run.metrics["response_tokens"] = counts.tokens
    run.metrics["prompt_tokens"] = counts.promptTokens
    run.metrics["cut_off"] = counts.cut
    run.metrics["mean_log_probability"] = counts.logProbability / tokens
    run.metrics["tokens_per_second"] = rate
    var line =
      "\(counts.rollouts) responses to \(counts.problems) problems, \(counts.tokens) tokens"
    line += " at \(Int(rate)) tokens/s"
    if counts.cut > 0 { line += ", \(counts.cut) cut off by the limit" }
    run.summarize(line)
  }
}
