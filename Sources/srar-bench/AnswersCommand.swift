import Answers
import ArgumentParser
import Diagnostics
import Filters
import Foundation
import JSONLines

/// `srar-bench answers`: compares the pairs of files, tells the speed and where a label disagrees.
struct AnswersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answers",
    abstract: "Compare pairs of answers: speed, slowest pair, disagreements with labels.",
    discussion: """
      A line holds a pair (gold, pred, equal), a response (ground_truth, response, correct), a solution (answer, solution, \
      is_correct), a hostile text in pieces, or only a reference (ground_truth), which is compared with itself in dollar signs.
      """)

  @Option(help: "Go through a file so many times; a pair's time is its shortest, on the processor.")
  var repeats = 1

  @Flag(help: "Print the references that the grammar cannot read.")
  var unread = false

  @Argument(help: "JSON Lines, zstd or plain.")
  var files: [String]

  private struct Pair {
    let gold: String
    let pred: String
    let isEqual: Bool
    /// Whether there is only a reference, and the share that is read is of interest.
    var isReference = false
    /// What a hostile text is.
    var name: String?
  }

  func run() throws {
    for file in files { measure(try pairs(of: file), name: file) }
  }

  private func pairs(of file: String) throws -> [Pair] {
    let reader = try LineReader(path: file, maximumLineBytes: 1 << 26)
    let document = JSONDocument()
    var pairs: [Pair] = []
    while let line = try reader.next() {
      try document.parse(line)
      let root = document.root
      func text(_ key: String) -> String? { root[key]?.string }
      if let name = text("hostile") {
        let piece = (root["pieces"]?.elements ?? []).map { piece in
          String(repeating: piece["text"]?.string ?? "", count: piece["count"]?.integer ?? 0)
        }
        let hostile = piece.joined()
        pairs += [
          Pair(gold: "3", pred: hostile, isEqual: false, name: name),
          Pair(gold: hostile, pred: "3", isEqual: false, name: name),
          Pair(gold: hostile, pred: hostile + "+0", isEqual: true, name: name),
        ]
      } else if let gold = text("gold"), let pred = text("pred"),
        let isEqual = root["equal"]?.boolean
      {
        pairs.append(Pair(gold: gold, pred: pred, isEqual: isEqual))
      } else if let gold = text("ground_truth"), let response = text("response") {
        pairs.append(
          Pair(gold: gold, pred: response, isEqual: root["correct"]?.boolean ?? false))
      } else if let gold = text("answer"), let solution = text("solution") {
        let found = answer(in: solution, rules: [.marker])?.text ?? ""
        pairs.append(
          Pair(gold: gold, pred: found, isEqual: root["is_correct"]?.boolean ?? false))
      } else if let gold = text("ground_truth") {
        pairs.append(Pair(gold: gold, pred: "$" + gold + "$", isEqual: true, isReference: true))
      }
    }
    return pairs
  }

  private func measure(_ pairs: [Pair], name: String) {
    var shortest = [Duration](repeating: .seconds(1000), count: pairs.count)
    var methods: [String: Int] = [:]
    var disagreements = 0
    var times: [Duration] = []
    for turn in 0..<max(repeats, 1) {
      let start = processorTime()
      for (number, pair) in pairs.enumerated() {
        let before = processorTime()
        let comparison = AnswerChecker.math.compare(pair.pred, with: pair.gold)
        shortest[number] = min(shortest[number], processorTime() - before)
        guard turn == 0 else { continue }
        methods[comparison.method.rawValue, default: 0] += 1
        if comparison.isEqual != pair.isEqual, pair.name == nil {
          disagreements += 1
          print(
            "  \(number) \(pair.isEqual ? "equal" : "different"), found "
              + "\(comparison.method.rawValue) \(comparison.isEqual): "
              + "\(pair.gold.suffix(120)) | \(pair.pred.suffix(160))")
        }
      }
      times.append(processorTime() - start)
    }
    let seconds = times.sorted()[times.count / 2] / .seconds(1)
    let slowest = shortest.indices.max { shortest[$0] < shortest[$1] }
    var line = "\(name): \(pairs.count) pairs, \(Int(Double(pairs.count) / seconds)) a second"
    if let slowest {
      line += ", slowest \(shortest[slowest]) at \(pairs[slowest].name ?? String(slowest))"
    }
    print(line)
    print(
      "  \(disagreements) disagree with their labels; "
        + methods.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", "))
    for (pair, time) in zip(pairs, shortest) where time > .milliseconds(5) {
      print("  over 5 ms: \(time) \(pair.name ?? String(pair.gold.prefix(80)))")
    }
    tellUnread(pairs.filter(\.isReference).map(\.gold))
  }

  /// This thread's time on a processor: other work of the machine does not count.
  private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  private func tellUnread(_ references: [String]) {
    guard !references.isEmpty else { return }
    let notRead = references.filter { parsedAnswer($0) == nil }
    let inWords = references.count { if case .words? = parsedAnswer($0) { true } else { false } }
    let share = Double(references.count - notRead.count) / Double(references.count)
    print(
      "  \((share * 1000).rounded() / 10) % of the references are read, \(inWords) as words")
    if unread { for text in notRead { print("    \(text)") } }
  }
}
