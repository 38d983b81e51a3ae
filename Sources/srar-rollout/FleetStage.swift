import Diagnostics
import Filters
import Fingerprints
import Foundation
import Inquiries
import JSONLines
import ModelServers
import Prompts
import RandomStreams
import Records
import RemoteSampling
import Steps
import Tokenizers

/// Sampling from servers: problems in, their rollouts out.
struct FleetStage {
  private let arguments: SamplingArguments
  private let fleet: FleetArguments
  private let sampler: RemoteSampler
  private let server: SamplingServer
  private let stepStyle: StepStyle
  private let tokenizer: Tokenizer?
  private let template: ChatTemplate?
  private let policyFolder: String?
  private let log: RolloutLog?
  private let concurrency: Int
  private let places = ProblemPlaces()
  private var limit: FailureLimit
  private var counts = Counts()

  /// What the summary and the metrics tell.
  private struct Counts {
    var problems = 0
    var rollouts = 0
    var tokens = 0
    var promptTokens = 0
    var cut = 0
    var withoutTokens = 0
    var withoutLogProbabilities = 0
    var withoutNumbers = 0
    var kept = 0
    var calls = 0
    var failed = 0
    var shares = RolloutShares()
  }

  init(
    _ fleet: FleetArguments, _ arguments: SamplingArguments, stepStyle: StepStyle,
    maximumLineBytes: Int, for run: ToolRun
  ) throws {
    fleet.connection.tellOfRisks(to: run)
    self.fleet = fleet
    self.arguments = arguments
    self.stepStyle = stepStyle
    let policy = try fleet.servedPolicy()
    policyFolder = policy?.folder
    guard let model = fleet.model ?? environmentValue("ROLLOUT_MODEL") ?? policy?.folder else {
      throw UsageError("which model samples? give '--model' or set ROLLOUT_MODEL")
    }
    server = SamplingServer(
      api: fleet.api, model: model, sampling: arguments.description,
      extraBody: try fleet.extraMembers(arguments))
    if let folder = fleet.tokenizer {
      tokenizer = try Tokenizer(folder: folder)
    } else if let folder = fleet.loadPolicy {
      // One of another family is no fault: servers may tell what their tokens wrote.
      tokenizer = try? Tokenizer(folder: folder)
    } else {
      tokenizer = nil
    }
    if fleet.api.needsPrompt {
      guard
        let folder = fleet.tokenizer ?? fleet.loadPolicy ?? (arguments.chatFormat.map { _ in "" })
      else {
        throw UsageError(
          "'--api \(fleet.api.rawValue)' needs '--tokenizer' or '--chat-format' to make the prompt")
      }
      template = try arguments.chatFormat ?? ChatTemplate(folder: folder)
    } else {
      template = nil
    }
    var settings = try fleet.connection.settings(keyVariable: "ROLLOUT_API_KEY")
    settings.urls = fleet.servers
    settings.secrets = server.extraBody.secrets
    settings.tellOfTrouble = run.progress.note
    settings.seed = arguments.seed
    // A token id and its log-probability take some 200 bytes in the wordiest protocol.
    settings.maximumResponseBytes =
      (4 << 20) + fleet.samplesPerRequest * arguments.maxResponseTokens * 1024
    concurrency = settings.concurrency
    sampler = try RemoteSampler(
      settings,
      RolloutReading(
        server: server,
        logProbabilityKind: fleet.serverLogprobs ?? (fleet.api == .sglang ? .tempered : .raw),
        tokenizer: tokenizer, stepStyle: stepStyle), policy: policy)
    log = try fleet.log.map { try RolloutLog(path: $0, maximumLineBytes: maximumLineBytes) }
    limit = FailureLimit(share: fleet.maxFailures)
  }

  /// What one request came to.
  private enum Answer: Sendable {
    case kept([Rollout])
    case pending(PendingReply<CallOutcome<[Rollout]>>, count: Int)
  }

  /// A problem whose responses are being made.
  private struct Asked {
    let record: Record
    let id: String
    let answers: [Answer]
  }

  mutating func run(_ records: RecordRun) throws {
    records.showsReading = false
    template.map(templateNotes)?.forEach(records.run.note)
    try makeReady(records.run)
    nonisolated(unsafe) let reading = records
    let asking = self
    nonisolated(unsafe) let ask = { try asking.ask($0) }
    let requests = (arguments.groupSize - 1) / fleet.samplesPerRequest + 1
    try withReadAhead(
      window: max(4 * concurrency / requests, 2),
      reading: { put in try reading.forEachRecord { try put(try ask($0)) } },
      writing: { asked in
        try write(asked, to: records)
        let error = tooManyFailures(isAtEnd: false)
        if error != nil { sampler.giveUp() }
        return error
      },
      awaitingRest: { asked in
        for case .pending(let reply, _) in asked.answers { _ = try reply.wait() }
      },
      flushing: { try records.writer.flush() })
    if let refusal = sampler.standingRefusal { throw refusal }
    if let error = tooManyFailures(isAtEnd: true) { throw error }
    report(to: records.run)
  }

  /// Too many failures, or the refusal that they all may come from.
  private func tooManyFailures(isAtEnd: Bool) -> (any ToolError)? {
    guard let excess = limit.excess(isAtEnd: isAtEnd) else { return nil }
    return sampler.standingRefusal ?? FleetError.tooManyFailures(excess)
  }

  /// Makes every server serve the policy, before the first sample.
  private func makeReady(_ run: ToolRun) throws {
    guard let policyFolder else { return }
    run.note(counted(fleet.servers.count, "server", "loads", "load") + " \(policyFolder)")
    try PendingReply(on: nil) { [sampler] in try await sampler.prepare() }.wait()
  }

  /// Asks for the responses to a problem.
  private func ask(_ record: Record) throws -> Asked {
    let problem = try Problem(record)
    let prompt = try prompt(of: problem, in: record)
    try places.add(problem.id, record)
    let answers = try stride(from: 0, to: arguments.groupSize, by: fleet.samplesPerRequest).map {
      first in
      try ask(
        prompt, problem.id,
        first..<min(first + fleet.samplesPerRequest, arguments.groupSize))
    }
    return Asked(record: record, id: problem.id, answers: answers)
  }

  private func prompt(of problem: Problem, in record: Record) throws -> SamplingPrompt {
    guard let template else {
      guard !problem.messages.isEmpty else {
        throw RecordError.missingField(
          "messages", record: problem.id, record.position, writtenBy: "srar-prep")
      }
      return SamplingPrompt(messages: problem.messages)
    }
    let segments = try promptSegments(of: problem, in: record, template)
    return SamplingPrompt(
      messages: problem.messages, tokens: try tokenizer?.encode(segments),
      text: segments.map(\.written).joined())
  }

  private func ask(_ prompt: SamplingPrompt, _ id: String, _ indices: Range<Int>) throws -> Answer {
    // The random stream of the same response by the built-in engine; servers differ in how large a seed may be.
    var stream = RandomStream(
      seed: arguments.seed, "rollout", arguments.step, id, indices.lowerBound)
    let seed = stream.next() >> 33
    let request = fingerprint(prompt, id, indices, seed: seed)
    if let rollouts = try log?.rollouts(of: request) {
      sampler.noteKnownReply()
      return .kept(rollouts)
    }
    return .pending(
      PendingReply(on: sampler.executor) { [sampler, log] in
        let outcome = try await sampler.rollouts(
          of: prompt, indices: indices, seed: seed, label: request)
        if case .success(let rollouts) = outcome.result {
          try log?.append(rollouts, request: request, record: id)
        }
        return outcome
      }, count: indices.count)
  }

  /// A name for what is asked, and of which weights.
  private func fingerprint(
    _ prompt: SamplingPrompt, _ id: String, _ indices: Range<Int>, seed: UInt64
  ) -> String {
    var json = JSONWriter()
    json.object { request in
      request.member("record", id)
      request.member("policy", policyFolder)
      request.member("step", arguments.step)
      request.member("indices", indices)
      request.member("steps", stepStyle.rawValue)
      request.member("request", server.description(prompt, count: indices.count, seed: seed))
    }
    return SHA256.hexadecimalDigest(of: json.bytes)
  }

  private mutating func write(_ asked: Asked, to records: RecordRun) throws {
    counts.shares.add(
      unusedMessageMembers: try ChatTemplate.unusedMembers(
        ofMessagesIn: asked.record, by: template))
    var lost: [String] = []
    for answer in asked.answers {
      switch answer {
      case .kept(let rollouts):
        counts.kept += rollouts.count
        try write(rollouts, to: asked.record, records.writer)
      case .pending(let reply, let count):
        if !reply.isDone(within: 0.25) { try records.writer.flush() }
        let outcome = try reply.wait()
        counts.calls += outcome.attempts
        switch outcome.result {
        case .success(let rollouts): try write(rollouts, to: asked.record, records.writer)
        case .failure(let failure):
          for _ in 0..<count { limit.note(failure: failure.reason) }
          counts.failed += count
          lost.append("\(count): \(failure.reason)")
        }
      }
    }
    counts.problems += 1
    if !lost.isEmpty {
      records.run.note("the group of \"\(asked.id)\" lacks \(lost.joined(separator: "; "))")
    }
    records.run.progress.update(
      fraction: records.reader.fractionRead, counted(counts.rollouts, "response"))
  }

  private mutating func write(
    _ rollouts: [Rollout], to record: Record, _ writer: RecordWriter
  ) throws {
    for rollout in rollouts {
      limit.note(failure: nil)
      try writer.write(record, setting: rollout)
      counts.rollouts += 1
      counts.tokens += rollout.tokens?.count ?? 0
      counts.promptTokens += rollout.promptTokens?.count ?? 0
      counts.shares.add(rollout)
      counts.cut += rollout.finishReason == .length ? 1 : 0
      counts.withoutTokens += rollout.tokens == nil ? 1 : 0
      counts.withoutLogProbabilities +=
        rollout.tokens != nil && rollout.logProbabilities == nil ? 1 : 0
      counts.withoutNumbers +=
        (rollout.logProbabilities ?? rollout.rawLogProbabilities ?? []).count(where: { $0 == nil })
    }
  }

  private func report(to run: ToolRun) {
    run.metrics["rollouts"] = counts.rollouts
    run.metrics["response_tokens"] = counts.tokens
    run.metrics["prompt_tokens"] = counts.promptTokens
    run.metrics["cut_off"] = counts.cut
    run.metrics["without_tokens"] = counts.withoutTokens
    run.metrics["without_logprobs"] = counts.withoutLogProbabilities
    run.metrics["replayed"] = counts.kept
    run.metrics["calls"] = counts.calls
    run.metrics["failed"] = counts.failed
    run.metrics["tokens_per_second"] = Double(counts.tokens) / max(run.seconds, 0.001)
    var line =
      "\(counted(counts.rollouts, "response")) to \(counted(counts.problems, "problem")) by \(server.model), \(counted(counts.tokens, "token"))"
    if counts.kept > 0 { line += ", \(counts.kept) from the log" }
    if counts.cut > 0 { line += ", \(counts.cut) cut off by the limit" }
    run.summarize(line)
    counts.shares.report(to: run)
    if counts.withoutTokens > 0 {
      run.summarize(
        counted(counts.withoutTokens, "response", "is", "are")
          + " text only: the server names no tokens")
    }
    if sampler.answersAloneCount > 0 {
      run.metrics["without_thoughts"] = sampler.answersAloneCount
      run.summarize(
        counted(sampler.answersAloneCount, "response", "lacks its thoughts", "lack their thoughts")
          + ": the server parts them from the text and names no tokens"
      )
    }
    if counts.withoutNumbers > 0 {
      run.metrics["tokens_without_logprobs"] = counts.withoutNumbers
      run.summarize(
        counted(counts.withoutNumbers, "token", "has", "have")
          + " null for a log-probability: the server gives no number"
      )
    }
    if counts.withoutLogProbabilities > 0 {
      run.summarize(
        counted(counts.withoutLogProbabilities, "response", "has", "have")
          + " no log-probabilities under the distribution of the sampling"
      )
    }
    if counts.failed > 0 {
      run.summarize("\(counted(counts.failed, "response")) could not be sampled")
    }
    if let first = log?.unreadable.first {
      let lines = counted(log?.unreadable.count ?? 0, "line")
      run.summarize("passed over \(lines) of the log that cannot be read: \(first)")
    }
  }
}

/// What can go wrong with sampling from servers as a whole.
enum FleetError: ToolError {
  case tooManyFailures(FailureLimit.Excess)

  var description: String {
    switch self {
    case .tooManyFailures(let excess):
      "\(excess.failed) of \(counted(excess.total, "response")) could not be sampled, more than '--max-failures' allows; "
        + "the last because of: \(excess.reason); with '--log' the next run goes on from here"
    }
  }

  var exitStatus: ExitStatus { .unavailable }
}
