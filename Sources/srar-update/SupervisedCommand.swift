import ArgumentParser
import Checkpoints
import Diagnostics
import Filters
import PolicyGradient
import Prompts
import Records
import Rewards
import Tokenizers
import Transformer

/// `srar-update sft`: the supervised warm start.
struct SupervisedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sft",
    abstract: "Warm a policy up on reference solutions.",
    discussion: """
      Trains on the field "solution" of records, the problem's messages being the prompt. The optimizer's state is not kept: \
      an RL run begins with a fresh one. A run that was killed goes on from its last checkpoint, the folder OUTPUT.checkpoint, \
      and ends with the same policy as if nothing had happened.

      EXAMPLES
        srar-update sft train.jsonl.zst --policy initial --output warm --epochs 2
        srar-update sft train.jsonl.zst --policy initial --output warm \\
          --learning-rate 5e-4 --decay constant
      """)

  /// What follows the warm-up of the learning rate.
  enum Decay: String, CaseIterable, ExpressibleByArgument {
    case cosine, constant
  }

  @OptionGroup(title: "Input") var input: InputOptions

  @Option(
    help: ArgumentHelp("The policy to begin from.", valueName: "folder"), completion: .directory)
  var policy: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The warmed-up policy's folder.", valueName: "folder"),
    completion: .directory)
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

  @Option(help: "The highest learning rate. (default: 0.001)", transform: number)
  var learningRate = 1e-3

  @Option(
    help: ArgumentHelp(
      "The learning rate rises over the first so many optimizer steps.", valueName: "steps"))
  var warmUpSteps = 50

  @Option(help: "What follows: a 'cosine' down to a tenth, or a 'constant' rate.")
  var decay: Decay = .cosine

  @Option(help: ArgumentHelp("How often every example is used.", valueName: "count"))
  var epochs = 1

  @Option(help: ArgumentHelp("Tokens of one optimizer step.", valueName: "tokens"))
  var batchTokens = 4096

  @Option(
    help: ArgumentHelp(
      "Stop early when the mean loss of twenty steps has come down to this, in nats a token.",
      valueName: "loss"))
  var stopAtLoss: Double?

  @Option(
    help: ArgumentHelp(
      "Write a checkpoint after so many optimizer steps each; 0 writes none.", valueName: "steps"))
  var checkpointEvery = 200

  @Flag(help: "Learn the prompts' tokens as well.")
  var learnPrompts = false

  @Option(help: "Another seed shuffles the examples another way.")
  var seed: UInt64 = 1

  @OptionGroup(title: "Optimizer") var optimizer: OptimizerArguments
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    try checkSchedule(learningRate: learningRate, warmUpSteps: warmUpSteps)
    try check(["--epochs": epochs], in: 1...1_000_000)
    try check(["--batch-tokens": batchTokens], in: tokenCounts)
    try check(["--checkpoint-every": checkpointEvery], in: 0...1_000_000_000)
    if let stopAtLoss, !(stopAtLoss > 0) {
      throw ValidationError("'--stop-at-loss' must be positive, but is \(stopAtLoss)")
    }
  }

  func run() throws {
    let run = try ToolRun(
      tool: "srar-update sft", report,
      files: input.namedFiles + NamedFile.policy("'--policy'", policy))
    let folder = try PolicyFolder(path: policy)
    try checkOutput(folder)
    let examples = try examples(run, folder)
    let training = try SupervisedTraining(
      examples,
      options: SupervisedTrainingOptions(
        epochCount: epochs, batchTokens: batchTokens,
        microBatchTokens: try optimizer.microBatchTokens(
          for: folder.configuration,
          lengths: examples.map { $0.promptTokens.count + $0.solutionTokens.count },
          stepTokens: batchTokens), learnsPrompts: learnPrompts, seed: seed,
        targetLoss: stopAtLoss))
    let (trainer, checkpoint, before) = try begin(training, examples, folder, run)
    optimizer.tellPrecision(to: run)
    var progress = before
    _ = try training.run(trainer, after: progress.losses) { report in
      progress.add(report)
      let rate = Int(
        Double(progress.computedTokenCount - before.computedTokenCount) / max(run.seconds, 0.001))
      run.progress.update(
        fraction: Double(report.step.number) / Double(training.stepCount),
        "loss \((report.loss * 1000).rounded() / 1000), \(rate) tokens/s")
      if checkpointEvery > 0, report.step.number.isMultiple(of: checkpointEvery) {
        try checkpoint.save(trainer, from: folder, progress)
      }
    }
    if let example = examples.first {
      try trainer.checkPredictions(
        over: example.promptTokens + example.solutionTokens, of: "record \"\(example.name)\"",
        path: output)
    }
    try writePolicy(
      trainer, from: folder, to: output, elementType: elementType, keepsOptimizer: false)
    try checkpoint.remove()
    summarize(
      progress, stepCount: trainer.optimizer.stepCount,
      tokensHere: progress.computedTokenCount - before.computedTokenCount, run)
    try run.finish()
  }

  /// Makes sure that neither the output nor its checkpoint deletes what is no policy.
  private func checkOutput(_ folder: PolicyFolder) throws {
    let checkpoint = SupervisedCheckpoint.path(for: output)
    for place in [
      PolicyOutput(path: output), PolicyOutput(path: checkpoint, name: "the checkpoint"),
    ] {
      try place.check(
        for: folder.copiedFileNames(), policies: ["--policy": policy],
        files: [
          "the input": input.files, "'--rejects'": [input.rejects].compactMap { $0 },
          "'--metrics'": [report.metrics].compactMap { $0 },
        ])
    }
  }

  /// The training at its beginning, or where the checkpoint of a killed one goes on. Weights and moments are the trainer's alone: who
  /// else kept them would keep them twice.
  private func begin(
    _ training: SupervisedTraining, _ examples: [SupervisedExample], _ folder: PolicyFolder,
    _ run: ToolRun
  ) throws -> (ModelOptimizer, SupervisedCheckpoint, SupervisedProgress) {
    let weights = try Weights(folder)
    try noteUnusedTensors(of: folder, in: run)
    let checkpoint = SupervisedCheckpoint(
      output: output, fingerprint: fingerprint(examples, weights, training))
    let schedule = LearningRateSchedule(
      peak: learningRate, warmUpStepCount: warmUpSteps,
      decay: decay == .constant ? .constant : .cosine(stepCount: training.stepCount, minimum: 0.1))
    guard let saved = try checkpoint.load(optimizer) else {
      let trainer = try optimizer.trainer(
        optimizer.model(weights),
        optimizer: AdamW(options: optimizer.adamW, segments: optimizer.segments(of: weights)),
        schedule: schedule)
      return (trainer, checkpoint, SupervisedProgress())
    }
    run.note("going on after step \(saved.optimizer.stepCount), from \(checkpoint.path)")
    let trainer = try optimizer.trainer(
      optimizer.model(saved.weights), optimizer: saved.optimizer, schedule: schedule)
    return (trainer, checkpoint, saved.progress)
  }

  /// All that the trained policy depends on.
  private func fingerprint(
    _ examples: [SupervisedExample], _ weights: Weights, _ training: SupervisedTraining
  ) -> String {
    var fingerprint = Fingerprint()
    for example in examples {
      fingerprint.add(example.promptTokens)
      fingerprint.add(example.solutionTokens)
    }
    fingerprint.add(UnsafeRawBufferPointer(weights.elements))
    let options = [
      "\(training.options)", "\(optimizer.adamW)", "\(optimizer.maxGradientNorm)",
      "\(learningRate)", "\(warmUpSteps)", decay.rawValue,
      "\(optimizer.compute)",
    ]
    for option in options { fingerprint.add(Array(option.utf8)) }
    return fingerprint.description
  }

  /// The records' problems and solutions as tokens; the end of the sequence is part of a solution.
  private func examples(_ run: ToolRun, _ folder: PolicyFolder) throws -> [SupervisedExample] {
    let rejects = try input.rejects.map { try RejectWriter(path: $0) }
    let reader = try input.open(rejects: rejects)
    let tokenizer = try Tokenizer(folder: folder.path)
    let encoder = try PromptEncoder(
      tokenizer: tokenizer, folder: folder.path, chatFormat: chatFormat,
      ends: folder.endOfSequenceTokenIDs())
    encoder.notes(makesResponses: true).forEach(run.note)
    let end = encoder.responseEnd.map { [Int32($0)] } ?? []
    var examples: [SupervisedExample] = []
    var seen: Set<String> = []
    var repeated: [String] = []
    var solutions = SolutionCounts()
    while let record = try reader.next() {
      do {
        let problem = try Problem(record)
        guard let solution = problem.solution else {
          throw RecordError.missingField(
            "solution", record: problem.id, record.position, writtenBy: "srar-prep")
        }
        let prompt = try encoder.prompt(of: problem, in: record)
        let example = SupervisedExample(
          name: problem.id, promptTokens: prompt.map(Int32.init),
          solutionTokens: encoder.response(solution, after: prompt).map(Int32.init) + end)
        var fingerprint = Fingerprint()
        fingerprint.add(example.promptTokens)
        fingerprint.add(example.solutionTokens)
        if !seen.insert(fingerprint.description).inserted { repeated.append(problem.id) }
        examples.append(example)
        solutions.add(solution, groundTruth: problem.groundTruth, of: problem.id)
      } catch let error as RecordError {
        try reader.reject(record, error)
      }
    }
    solutions.notes.forEach(run.note)
    try rejects?.commit()
    guard !examples.isEmpty else { throw UsageError("there are no examples to learn from") }
    run.metrics["examples"] = examples.count
    run.metrics["repeated_examples"] = repeated.count
    if let first = repeated.first {
      run.note(
        """
        \(counted(repeated.count, "example")) the same as one before (such as record "\(messageText(first))"), and learned from \
        again; give each file once
        """)
    }
    return examples
  }

  private func summarize(
    _ progress: SupervisedProgress, stepCount: Int, tokensHere: Int, _ run: ToolRun
  ) {
    let loss = SupervisedTraining.recentLoss(progress.losses)
    let rate = Double(tokensHere) / max(run.seconds, 0.001)
    run.metrics["optimizer_steps"] = stepCount
    run.metrics["computed_tokens"] = progress.computedTokenCount
    run.metrics["loss"] = loss
    run.metrics["tokens_per_second"] = rate
    run.summarize(
      "\(output): \(counted(stepCount, "optimizer step")), \(counted(progress.computedTokenCount, "token")) at \(Int(rate)) tokens/s, "
        + "loss \((loss * 1000).rounded() / 1000)")
  }
}
