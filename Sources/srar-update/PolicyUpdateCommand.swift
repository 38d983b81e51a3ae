import ArgumentParser
import Checkpoints
import Diagnostics
import Filters
import PolicyGradient
import Records
import Tokenizers
import Transformer

/// `srar-update update`, the default: one RL step's update of the policy.
struct PolicyUpdateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Update a policy from rollouts with advantages (the default).",
    discussion: """
      Clipped PPO on tokens. The next policy is a folder of its own; the optimizer's state goes with it, so that the next \
      update goes on where this one stopped.

      EXAMPLES
        srar-update advantages.jsonl.zst --policy runs/demo/warm --output next
        srar-update advantages.jsonl.zst --policy next --output after-next \\
          --reference runs/demo/warm --kl-coefficient 0.001
      """)

  /// Which policy the updated one is compared with.
  enum OldPolicy: String, CaseIterable, ExpressibleByArgument {
    case auto, rollout, recomputed
  }

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp("The policy to update.", valueName: "folder"), completion: .directory)
  var policy: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The next policy's folder.", valueName: "folder"), completion: .directory)
  var output: String

  @Option(
    name: .customLong("dtype"),
    help: ArgumentHelp(
      "What the weights are stored as; by default float32, so that small steps are not lost.",
      valueName: "type"))
  var elementType: ElementType?

  @Option(
    help: ArgumentHelp(
      "The chat format of prompts: \(ChatTemplate.named.map(\.name).joined(separator: ", ")); by default the policy's own.",
      valueName: "name"),
    transform: ChatTemplate.init(argument:))
  var chatFormat: ChatTemplate?

  @Option(help: "The highest learning rate. (default: 1e-06)", transform: number)
  var learningRate = 1e-6

  @Option(
    help: ArgumentHelp(
      "The learning rate rises over the first so many optimizer steps of the run.",
      valueName: "steps"))
  var warmUpSteps = 10

  @Option(help: ArgumentHelp("How often every rollout is used.", valueName: "count"))
  var epochs = 1

  @Option(
    help: ArgumentHelp(
      "Rollouts per optimizer step; by default all of them in one.", valueName: "rollouts"))
  var miniBatchSize: Int?

  @Option(
    help: ArgumentHelp(
      """
      Where the old log-probabilities come from: the 'rollout', 'recomputed' before the first step, or 'auto': the rollout's \
      where they are under the full distribution of this engine, at the same temperature and of the same '--compute', else \
      recomputed.
      """, valueName: "source"))
  var oldLogProbabilities: OldPolicy = .auto

  @Option(
    help: "The temperature that log-probabilities are taken at; by default the rollouts' own.")
  var temperature: Double?

  @Option(help: "Another seed shuffles the mini-batches another way.")
  var seed: UInt64 = 1

  @OptionGroup(title: "Loss") var loss: LossArguments
  @OptionGroup(title: "Optimizer") var optimizer: OptimizerArguments
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    try checkSchedule(learningRate: learningRate, warmUpSteps: warmUpSteps)
    try check(["--epochs": epochs], in: 1...1_000_000)
    try check(["--mini-batch-size": miniBatchSize], in: 1...1 << 30)
    if let temperature, !(temperature >= SamplingOptions.leastTemperature) {
      throw ValidationError(
        "'--temperature' must be at least \(SamplingOptions.leastTemperature), but is \(temperature)"
      )
    }
  }

  func run() throws {
    let run = try ToolRun(tool: "srar-update", report, files: input.namedFiles + policyFiles)
    let folder = try PolicyFolder(path: policy)
    try PolicyOutput(path: output).check(
      for: folder.copiedFileNames(),
      policies: ["--policy": policy, "--reference": loss.reference],
      files: [
        "the input": input.files, "'--rejects'": [input.rejects].compactMap { $0 },
        "'--metrics'": [report.metrics].compactMap { $0 },
      ])
    let samples = try readSamples(run, folder)
    let options = try options(for: samples, folder.configuration)
    let model = optimizer.model(try Weights(folder))
    try noteUnusedTensors(of: folder, in: run)
    let trainer = try optimizer.trainer(
      model, optimizer: try restoredOptimizer(folder, model.weights, run),
      schedule: LearningRateSchedule(
        peak: learningRate, warmUpStepCount: warmUpSteps, decay: .constant))
    let reference = try loss.reference.map {
      try optimizer.model(Weights(PolicyFolder(path: $0)))
    }
    let update = try PolicyUpdate(trainer: trainer, reference: reference, options: options)
    optimizer.tellPrecision(to: run)
    var summary = UpdateSummary(samples: samples, temperature: options.temperature)
    let reports = try update.run(samples.samples) { report in
      summary.add(report)
      run.progress.update(fraction: nil, counted(summary.stepCount, "optimizer step"))
    }
    if let sample = samples.samples.first {
      try trainer.checkPredictions(
        over: sample.promptTokens + sample.responseTokens, of: sample.name, path: output)
    }
    try writePolicy(
      trainer, from: folder, to: output, elementType: elementType, keepsOptimizer: true)
    summary.report(reports, to: run, output: output)
    try run.finish()
  }

  /// Those of the policies that are read.
  private var policyFiles: [NamedFile] {
    NamedFile.policy("'--policy'", policy)
      + (loss.reference.map { NamedFile.policy("'--reference'", $0) } ?? [])
  }

  private func readSamples(_ run: ToolRun, _ folder: PolicyFolder) throws -> TrainingSamples {
    let rejects = try input.rejects.map { try RejectWriter(path: $0) }
    let reader = try input.open(rejects: rejects)
    var samples = try TrainingSamples(
      tokenizer: Tokenizer(folder: folder.path), folder: folder, chatFormat: chatFormat,
      precision: optimizer.compute)
    while let record = try reader.next() {
      do {
        try samples.add(record)
      } catch let error as RecordError {
        try reader.reject(record, error)
      }
      run.progress.update(fraction: reader.fractionRead, counted(samples.samples.count, "rollout"))
    }
    try rejects?.commit()
    run.metrics["rejected"] = rejects?.count ?? 0
    if let rejects, rejects.count > 0 {
      run.summarize(
        "\(counted(rejects.count, "line")) could not be used, kept in \(input.rejects ?? "")")
    }
    if samples.samples.isEmpty { run.note("no rollouts: the next policy is a copy of this one") }
    if samples.tokenizedCount > 0 {
      run.note(
        "\(counted(samples.tokenizedCount, "rollout")) came without tokens and were tokenized here")
    }
    samples.notes.forEach(run.note)
    let otherwise = samples.endedOtherwise.values.reduce(0, +)
    run.metrics["ended_otherwise"] = otherwise
    run.metrics["unknown_logprobs"] = samples.unknownLogProbabilityCount
    if otherwise > 0 {
      let words = samples.endedOtherwise.keys.sorted().joined(separator: ", ")
      run.note(
        "\(counted(otherwise, "rollout")) ended neither by the policy nor at the limit (\(words)): left out"
      )
    }
    if samples.unknownLogProbabilityCount > 0 {
      run.note(
        "the rollouts do not know the log-probability of \(counted(samples.unknownLogProbabilityCount, "token"))"
      )
    }
    return samples
  }

  /// The optimizer as the last update left it, or a fresh one.
  private func restoredOptimizer(
    _ folder: PolicyFolder, _ weights: Weights, _ run: ToolRun
  ) throws -> AdamW {
    guard folder.hasOptimizer else {
      if folder.hasForeignOptimizer {
        run.note(
          "the optimizer's state in \(policy) is not of srar-update's form: it begins afresh")
      }
      return AdamW(options: optimizer.adamW, segments: optimizer.segments(of: weights))
    }
    return try folder.optimizer(optimizer, of: weights)
  }

  private func options(
    for samples: TrainingSamples, _ configuration: ModelConfiguration
  ) throws -> PolicyUpdateOptions {
    let temperature = try temperature ?? samples.commonTemperature()
    if oldLogProbabilities == .rollout, !samples.areTaken(at: temperature) {
      throw UsageError(
        """
        '--old-log-probabilities rollout' would compare log-probabilities at other temperatures with this policy's at \
        \(temperature); give 'recomputed', or no '--temperature'
        """)
    }
    let old: OldLogProbabilities =
      switch oldLogProbabilities {
      case .rollout: .rollout
      case .recomputed: .recomputed
      case .auto: samples.haveUsableLogProbabilities(at: temperature) ? .rollout : .recomputed
      }
    return PolicyUpdateOptions(
      loss: loss.loss, epochCount: epochs, miniBatchSize: miniBatchSize,
      microBatchTokens: try optimizer.microBatchTokens(
        for: configuration,
        lengths: samples.samples.map { $0.promptTokens.count + $0.responseTokens.count },
        stepTokens: samples.computedTokenCount, recomputesLogProbabilities: old == .recomputed,
        hasReference: loss.reference != nil),
      oldLogProbabilities: old,
      temperature: temperature, lengthScale: loss.lengthScale ?? 1, seed: seed)
  }
}
