import Checkpoints
import Diagnostics
import Filters
import Kernels
import Prompts
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
  private let prompts: PromptEncoder
  private let sampler: Sampler
  private let options: SamplingOptions
  private let places = ProblemPlaces()
  private var counts = Counts()

  /// What the summary and the metrics tell.
  private struct Counts {
    var problems = 0
    var rollouts = 0
    var tokens = 0
    var promptTokens = 0
    var cut = 0
    var logProbability = 0.0
    var shares = RolloutShares()
  }

  init(policy: String, arguments: SamplingArguments, stepStyle: StepStyle) throws {
    name = policy
    self.arguments = arguments
    self.stepStyle = stepStyle
    let folder = try PolicyFolder(path: policy)
    tokenizer = try Tokenizer(folder: policy)
    let ends = try folder.endOfSequenceTokenIDs()
    prompts = try PromptEncoder(
      tokenizer: tokenizer, folder: policy, chatFormat: arguments.chatFormat, ends: ends)
    let memory = try samplingMemory(
      arguments, for: folder.configuration, allowance: .now(besideThreads: arguments.threads))
    sampler = try Sampler(
      model: Model(weights: Weights(folder), precision: arguments.compute),
      threadCount: arguments.threads, memoryBytes: memory.bytes)
    options = arguments.options(for: tokenizer, endOfSequenceTokenIDs: ends)
  }

  /// A problem whose responses are being made.
  private struct Pending {
    let record: Record
    let id: String
    let prompt: [Int]
  }

  mutating func run(_ records: RecordRun) throws {
    records.showsReading = false
    for note in [arguments.compute.remark].compactMap({ $0 }) + prompts.notes(makesResponses: false)
    {
      records.run.note(note)
    }
    let display = SamplingProgress(records.run.progress)
    var pending: [Pending] = []
    var requested = 0
    do {
      try sampler.generate(
        options: options,
        from: {
          guard let problem = try records.next(prepare) else { return nil }
          pending.append(problem)
          requested += arguments.groupSize
          display.expect(
            responses: records.reader.fractionRead.map { Double(requested) / max($0, 1e-9) })
          return requests(problem)
        },
        onTokens: { display.noteTokens($0) },
        onFinished: { _, response in display.noteResponse(tokenCount: response.tokens.count) },
        deliver: { responses in
          try write(responses, to: pending.removeFirst(), into: records.writer)
        })
    } catch TransformerError.predictionsNotFinite(let request, let count) {
      let problem = pending[request / arguments.groupSize - counts.problems]
      throw DivergedPolicy(policy: name, record: problem.id, responseTokenCount: count)
    }
    report(to: records.run)
  }

  /// The prompt of a record's messages.
  private func prepare(_ record: Record) throws -> Pending {
    let problem = try Problem(record)
    let prompt = try prompts.prompt(of: problem, in: record)
    let limit = sampler.model.configuration.maximumPositionCount
    guard prompt.count < limit else {
      throw RecordError.invalidValue(
        "messages", reason: "make \(prompt.count) tokens, but the policy holds \(limit)",
        record: problem.id, record.position)
    }
    try places.add(problem.id, record)
    return Pending(record: record, id: problem.id, prompt: prompt)
  }

  private func requests(_ problem: Pending) -> [GenerationRequest] {
    (0..<arguments.groupSize).map { index in
      GenerationRequest(
        prompt: problem.prompt.map(Int32.init),
        random: RandomStream(
          seed: arguments.seed, "rollout", arguments.step, problem.id, index))
    }
  }

  private mutating func write(
    _ responses: [GenerationResponse], to problem: Pending, into writer: RecordWriter
  ) throws {
    counts.shares.add(unusedMessageMembers: try prompts.unusedMembers(ofMessagesIn: problem.record))
    for (index, response) in responses.enumerated() {
      let rollout = try rollout(response, index: index, prompt: problem.prompt)
      try writer.write(problem.record, setting: rollout)
      count(rollout)
    }
    counts.problems += 1
  }

  private func rollout(
    _ response: GenerationResponse, index: Int, prompt: [Int]
  ) throws -> Rollout {
    let tokens = response.tokens.map(Int.init)
    let decoded = try tokenizer.decode(tokens, passesUnknown: true)
    let sampling = arguments.description
    let isPolicysOwn = sampling.isWholeDistribution && [0, 1].contains(sampling.temperature)
    return Rollout(
      index: index, response: decoded.text, promptTokens: prompt, tokens: tokens,
      logProbabilities: response.logProbabilities,
      rawLogProbabilities: isPolicysOwn ? nil : response.rawLogProbabilities,
      finishReason: response.finishReason == .stop ? .stop : .length,
      stopString: response.stopString, model: name, sampling: sampling, stepStyle: stepStyle,
      steps: withTokenSpans(
        steps(of: decoded.text, style: stepStyle), tokenBytes: decoded.byteRanges))
  }

  private mutating func count(_ rollout: Rollout) {
    counts.rollouts += 1
    counts.shares.add(rollout)
    counts.tokens += rollout.tokens?.count ?? 0
    counts.promptTokens += rollout.promptTokens?.count ?? 0
    counts.cut += rollout.finishReason == .length ? 1 : 0
    counts.logProbability += (rollout.logProbabilities ?? []).reduce(0.0) { $0 + Double($1 ?? 0) }
  }

  private func report(to run: ToolRun) {
    let rate = Double(counts.tokens) / max(run.seconds, 0.001)
    let tokens = Double(max(counts.tokens, 1))
    run.metrics["compute"] = arguments.compute.rawValue
    run.metrics["rollouts"] = counts.rollouts
    run.metrics["response_tokens"] = counts.tokens
    run.metrics["prompt_tokens"] = counts.promptTokens
    run.metrics["cut_off"] = counts.cut
    run.metrics["mean_log_probability"] = counts.logProbability / tokens
    run.metrics["tokens_per_second"] = rate
    var line =
      "\(counted(counts.rollouts, "response")) to \(counted(counts.problems, "problem")), \(counted(counts.tokens, "token"))"
    line += " at \(Int(rate)) tokens/s"
    if counts.cut > 0 { line += ", \(counts.cut) cut off by the limit" }
    run.summarize(line)
    counts.shares.report(to: run)
  }
}

/// A policy whose predictions for a record are infinite or undefined.
struct DivergedPolicy: ToolError {
  let policy: String
  let record: String
  /// Tokens of the response until then.
  let responseTokenCount: Int

  var description: String {
    """
    \(policy): the predictions for record "\(record)" after \(counted(responseTokenCount, "token")) are not finite numbers; \
    go back to a policy from before its training diverged
    """
  }

  var exitStatus: ExitStatus { .badData }
}
