import ArgumentParser
import Diagnostics
import Filters
import RandomStreams
import Records

/// `srar-prep batch`: the problems of one training step.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Choose the problems of one training step.",
    discussion: """
      Every pass over the problems takes each of them once, in an order of its own that follows from the seed; step K takes \
      the K-th batch of that endless sequence. The problems come out in the order of the file.

      EXAMPLES
        srar-prep batch --size 64 --step 1 train.jsonl.zst > prompts.jsonl.zst
        srar-prep batch --size 8 --step 7 --seed 3 train.jsonl.zst -o batch.jsonl.zst
      """)

  @Argument(help: "The problems: a file, which is read twice.", completion: .file())
  var problems: String

  @Option(help: ArgumentHelp("How many problems a step takes.", valueName: "count"))
  var size: Int

  @Option(help: ArgumentHelp("The step, from 1.", valueName: "number"))
  var step: Int

  @Option(help: ArgumentHelp("Another seed gives other orders.", valueName: "seed"))
  var seed: UInt64 = 1

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  mutating func validate() throws {
    guard size > 0 else { throw ValidationError("'--size' must be at least 1, but is \(size)") }
    guard step > 0 else { throw ValidationError("'--step' must be at least 1, but is \(step)") }
    guard !step.multipliedReportingOverflow(by: size).overflow else {
      throw ValidationError("'--step' \(step) is too large for '--size' \(size)")
    }
    guard problems != "-" else {
      throw ValidationError("the problems must be a file, since they are read twice")
    }
  }

  func run() throws {
    try withOutput(
      tool: "srar-prep batch", output: output, report: report,
      files: [NamedFile("the input", problems, .input)]
    ) { run, writer in
      let count = try checkedCount()
      let chosen = try batch(of: count)
      try forEachRecord { index, record in
        if chosen.contains(index) { try writer.write(record) }
      }
      run.metrics["records_in"] = count
      run.summarize("step \(step): \(writer.count) of \(counted(count, "problem"))")
    }
  }

  /// How many problems there are.
  ///
  /// - Throws: `RecordError` where two have one name: their rollouts would be taken for one group's, after they have been paid for.
  private func checkedCount() throws -> Int {
    var names: Set<String> = []
    try forEachRecord { _, record in
      let name = try record.requiredID()
      guard names.insert(name).inserted else {
        throw RecordError.invalidValue(
          "id", reason: "is that of an earlier problem, too", record: name, record.position)
      }
    }
    return names.count
  }

  /// The indices of the step's problems.
  private func batch(of count: Int) throws -> Set<Int> {
    guard size <= count else {
      throw UsageError(
        "'--size' is \(size), but \(problems) has only \(counted(count, "problem")); take at most as many (make: GROUPS_PER_STEP)"
      )
    }
    var chosen: Set<Int> = []
    var order: (pass: Int, indices: [Int])?
    // A batch that reaches into the next pass may meet a problem again; the next one then takes its place.
    var position = (step - 1) * size
    while chosen.count < size {
      let pass = position / count
      if order?.pass != pass {
        var random = RandomStream(seed: seed, "batch order", pass)
        order = (pass, random.shuffled(Array(0..<count)))
      }
      if let order { chosen.insert(order.indices[position % count]) }
      position += 1
    }
    return chosen
  }

  private func forEachRecord(_ body: (Int, Record) throws -> Void) throws {
    let reader = RecordReader(paths: [problems], maximumLineBytes: 64 << 20, faults: .stop)
    var index = 0
    while let record = try reader.next() {
      try body(index, record)
      index += 1
    }
  }
}
