import Answers
import ArgumentParser
import Diagnostics
import Filters
import Foundation
import JSONLines

/// `srar-bench answers`: compares the pairs of a file, tells the speed and where a label disagrees.
struct AnswersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answers",
    abstract: "Compare pairs of answers (gold, pred, equal): speed, slowest pair, disagreements.")

  @Option(help: "Go through the file so many times.")
  var repeats = 1

  @Argument(help: "JSON Lines with gold, pred and equal.")
  var file: String

  private struct Pair: Decodable {
    let gold: String
    let pred: String
    let equal: Bool
    let tags: [String]?
  }

  func run() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    let pairs = try data.split(separator: UInt8(ascii: "\n")).map { line in
      try JSONDecoder().decode(Pair.self, from: line)
    }
    var slowest = (duration: Duration.zero, pair: -1)
    var methods: [String: Int] = [:]
    let start = ContinuousClock.now
    for turn in 0..<repeats {
      for (number, pair) in pairs.enumerated() {
        let before = ContinuousClock.now
        let comparison = AnswerChecker.math.compare(pair.pred, with: pair.gold)
        let duration = ContinuousClock.now - before
        if duration > slowest.duration { slowest = (duration, number) }
        guard turn == 0 else { continue }
        methods[comparison.method.rawValue, default: 0] += 1
        if comparison.isEqual != pair.equal {
          print(
            "\(number) \(pair.equal ? "equal" : "different"), found \(comparison.method.rawValue) "
              + "\(comparison.isEqual): \(pair.gold.suffix(120)) | \(pair.pred.suffix(160)) "
              + "\(pair.tags ?? [])")
        }
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print("\(pairs.count) pairs, \(Int(Double(pairs.count * repeats) / seconds)) a second")
    print("slowest: \(slowest.duration) at pair \(slowest.pair)")
    print(
      methods.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
  }
}
