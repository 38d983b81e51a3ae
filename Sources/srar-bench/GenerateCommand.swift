import ArgumentParser
import Diagnostics
import Filters
import JSONLines
import RandomStreams
import Records
import Rubrics
import Steps

/// `srar-bench generate`: a stream of rollout records as a real run writes them.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write rollout records: 2 to 8 kB of text and some 1,500 tokens each, from a seed.")

  @Option(help: ArgumentHelp("How much, uncompressed.", valueName: "MB"))
  var megabytes = 200

  @Option(help: ArgumentHelp("How many, instead of how much.", valueName: "count"))
  var records: Int?

  @Flag(
    help:
      "Rollouts to be judged: a rubric of five items and a response of some 600 bytes, without tokens."
  )
  var short = false

  @Option(help: "Another seed makes another stream.")
  var seed: UInt64 = 1

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var report: ReportOptions

  func run() throws {
    try withOutput(tool: "srar-bench generate", output: output, report: report) { run, writer in
      var byteCount = 0
      var json = JSONWriter()
      while records.map({ writer.count < $0 }) ?? (byteCount < megabytes * 1_000_000) {
        var random = RandomStream(seed: seed, "bench stream", writer.count)
        json.removeAll()
        let problem = Problem(
          id: "bench-\(writer.count / 8)", source: "bench", problem: words(60, &random),
          groundTruth: String(random.integer(in: 0..<1000)), rubric: short ? Self.rubric : nil)
        let rollout = rollout(index: writer.count % 8, &random)
        json.object { record in
          problem.writeMembers(to: &record)
          record.member(Rollout.key, rollout)
        }
        byteCount += json.bytes.count + 1
        let place = LinePosition(source: "<generate>", line: writer.count + 1)
        try writer.write(id: problem.id, position: place) { record in
          problem.writeMembers(to: &record)
          record.member(Rollout.key, rollout)
        }
      }
      run.summarize("\(writer.count) records, \(byteCount) bytes")
    }
  }

  private func rollout(index: Int, _ random: inout RandomStream) -> Rollout {
    let stepCount = random.integer(in: 3...9)
    let wordCounts = short ? 15...25 : 90...150
    let response =
      (1...stepCount).map { number in
        "### Step \(number): \(words(random.integer(in: wordCounts), &random))\n"
      }.joined() + (short ? #"\boxed{7}"# : "")
    if short {
      return Rollout(
        index: index, response: response, finishReason: .stop, model: "bench",
        stepStyle: .headers, steps: steps(of: response, style: .headers))
    }
    let tokenCount = random.integer(in: 1200...1800)
    let tokens = (0..<tokenCount).map { _ in
      // Low ids are frequent, as in a real vocabulary.
      Int(random.uniform() * random.uniform() * 50_000)
    }
    let logProbabilities = tokens.map { _ in -Float(random.uniform() * random.uniform() * 3) }
    return Rollout(
      index: index, response: response, promptTokens: Array(tokens.prefix(120)), tokens: tokens,
      logProbabilities: logProbabilities, finishReason: .stop, model: "bench",
      stepStyle: .headers, steps: steps(of: response, style: .headers))
  }

  private static let rubric = (1...5).map { number in
    RubricItem(id: number, type: .suggest, text: "States what is given in part \(number).")
  }

  /// Text of so many words.
  private func words(_ count: Int, _ random: inout RandomStream) -> String {
    (0..<count).map { _ in random.element(of: Self.vocabulary) }.joined(separator: " ")
  }

  private static let vocabulary = """
    the of and so we have a sum two three then is equal to number first second each total \
    multiply divide add subtract therefore because left right side answer x y n 12 7 3.5 100 \
    equation \\frac{1}{2} apples cost per hour remaining half twice value given let both since
    """.split(whereSeparator: \.isWhitespace).map(String.init)
}
