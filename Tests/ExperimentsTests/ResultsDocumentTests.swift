import Experiments
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

private func arm(_ name: String, accuracy: [Double], rate: String = "1e-4") -> ArmRecords {
  let seeds = accuracy.enumerated().map { index, value in
    ArmRecords.Seed(
      number: index + 1,
      steps: [
        ["accuracy": value - 0.2, "suggest": 0.5], ["accuracy": value - 0.1, "suggest": 0.7],
      ],
      test: ["accuracy": value, "response_tokens": 120], seconds: 1800)
  }
  return ArmRecords(
    name: name, rate: rate,
    tuning: [("5e-5", ["accuracy": 0.5, "faithful": 0.3]), ("1e-4", ["accuracy": 0.61])],
    seeds: seeds)
}

private let arms = [
  arm("grpo", accuracy: [0.70, 0.72, 0.71]), arm("srar", accuracy: [0.78, 0.79, 0.80]),
]

@Test func theTablesHoldMeansAndPairedDifferences() throws {
  let document = try ResultsDocument(
    arms: arms, start: ["accuracy": 0.65], command: "make experiment")
  let text = document.markdown(curves: "results.svg", discussion: "## What it shows\n\nThis.\n")
  let lines = text.split(separator: "\n").map(String.init)
  // 0.71 ± 4.302653 · 0.01 / √3
  #expect(lines.contains { $0.hasPrefix("| grpo | 1e-4 | 71.0 ± 2.5 % | – |") })
  #expect(lines.contains { $0.hasPrefix("| *before RL* |  | 65.0 % | – |") })
  // Differences 0.08, 0.07, 0.09: a mean of 0.08 with the same spread, apart from 0.
  #expect(lines.contains { $0.hasPrefix("| srar | **+8.0 ± 2.5 points** | – |") })
  #expect(lines.contains("| srar | 50.0 % | **61.0 %** |"))
  #expect(lines.contains("| srar | 30.0 % | – |"))
  #expect(lines.contains { $0.hasPrefix("| grpo | – | – | 0.600 ± 0.000 |") })
  #expect(text.contains("2 arms, seeds 1, 2, 3, 2 RL steps each, 3.00 hours"))
  #expect(text.contains("![Curves of all arms over the training steps](results.svg)"))
  #expect(text.hasSuffix("## What it shows\n\nThis.\n"))
}

@Test func armsUnderOtherSeedsAreNotCompared() {
  let other = arm("srar", accuracy: [0.8, 0.9])
  #expect(throws: ExperimentError.otherSeeds(arm: "srar", seeds: [1, 2], expected: [1, 2, 3])) {
    _ = try ResultsDocument(arms: [arms[0], other], start: [:], command: "")
  }
}

@Test func anUncertainDifferenceIsNotBold() throws {
  let uncertain = arm("rar", accuracy: [0.6, 0.9, 0.7])
  let document = try ResultsDocument(arms: [arms[0], uncertain], start: [:], command: "")
  let text = document.markdown(curves: nil, discussion: nil)
  #expect(text.contains("| rar | +2.3 ± 35.5 points |"))
  #expect(!text.contains("!["))
}

@Test func thePictureIsWellFormedWhateverTheNames() throws {
  let hostile = arm("<script>&\"", accuracy: [0.5])
  let svg = CurvesPicture(arms: [arms[0], hostile]).svg
  let parser = XMLParser(data: Data(svg.utf8))
  #expect(parser.parse())
  #expect(!svg.contains("<script>"))
  // Panels without values are left out: accuracy and SUGGEST have some.
  #expect(svg.components(separatedBy: "<polyline").count - 1 == 4)
}
