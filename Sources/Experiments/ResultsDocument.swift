import Foundation

/// An experiment's results as Markdown, every number from the records.
package struct ResultsDocument {
  private let arms: [ArmRecords]
  private let start: [String: Double]
  private let command: String

  /// - Parameters:
  ///   - arms: all under the same seeds; the first is what the others are compared with.
  ///   - start: the measures of the policy that all started from.
  ///   - command: what makes the experiment.
  package init(arms: [ArmRecords], start: [String: Double], command: String) throws {
    self.arms = arms
    self.start = start
    self.command = command
    let expected = arms.first?.seeds.map(\.number) ?? []
    for arm in arms where arm.seeds.map(\.number) != expected {
      throw ExperimentError.otherSeeds(
        arm: arm.name, seeds: arm.seeds.map(\.number), expected: expected)
    }
  }

  /// - Parameters:
  ///   - curves: the picture's path as seen from the document; nil without one.
  ///   - discussion: Markdown that ends the document.
  package func markdown(curves: String?, discussion: String?) -> String {
    var parts = [
      "# Results of the experiment", head, "## On the test problems", test,
      "## Compared with \(arms.first?.name ?? ""), seed by seed", differences,
      "## During training", training,
    ]
    if let curves { parts.append("![Curves of all arms over the training steps](\(curves))") }
    parts += ["## Learning rates", rates]
    if let discussion { parts.append(discussion.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var head: String {
    let seeds = arms.first?.seeds ?? []
    let names = seeds.map { String($0.number) }.joined(separator: ", ")
    let steps = seeds.first?.steps.count ?? 0
    let hours = arms.flatMap(\.seeds).reduce(0) { $0 + $1.seconds } / 3600
    return """
      Written by `srar-report experiment` from the records that `\(command)` made: \(arms.count) arms, seeds \(names), \(steps) RL steps each, \
      \(String(format: "%.2f", hours)) hours of its stages in all, one thread each. Values are means over the seeds ± half of Student's 95 % interval.
      """
  }

  private var test: String {
    var rows = [["", "learning rate"] + testColumns.map(\.title)]
    rows.append(["*before RL*", ""] + testColumns.map { $0.text(start[$0.measure]) })
    for arm in arms {
      rows.append(
        [arm.name, arm.rate ?? ""]
          + testColumns.map { $0.text(SeedMean(arm.test($0.measure))) })
    }
    return table(rows)
  }

  private var differences: String {
    let columns = testColumns.prefix(4)
    var rows = [[""] + columns.map { "\($0.title), difference" }]
    guard let first = arms.first else { return "" }
    for arm in arms.dropFirst() {
      rows.append(
        [arm.name]
          + columns.map { column in
            let pairs = zip(arm.test(column.measure), first.test(column.measure))
            guard let difference = SeedMean(pairs.map { $0 - $1 }) else { return "–" }
            let text = column.text(difference, isDifference: true)
            return difference.isApartFromZero ? "**\(text)**" : text
          })
    }
    return table(rows) + "\n\nBold where the interval leaves out 0."
  }

  private var training: String {
    var rows = [[""] + trainingColumns.map(\.title)]
    for arm in arms {
      rows.append([arm.name] + trainingColumns.map { $0.text(SeedMean(arm.training($0.measure))) })
    }
    return table(rows) + """
      \n\nMeans over all training steps. *Wrong steps rewarded*: of the steps of responses with a right answer, the share that is wrong and \
      was given a positive advantage; *right steps punished*: of the steps of responses with a wrong answer, the share that is right and was given a \
      negative one. Both by the advantages that the arm was trained with.
      """
  }

  private var rates: String {
    """
    Each arm learns at the rate in bold: the best accuracy on problems that no result is of, under a seed that no result is of.

    \(tuning("accuracy", "accuracy on the validation problems"))

    What the arms would have come to at other rates, one seed each:

    \(tuning("faithful", "faithful (FRR) on the validation problems"))
    """
  }

  private func tuning(_ measure: String, _ title: String) -> String {
    var names: [String] = []
    for rate in arms.flatMap(\.tuning).map(\.rate) where !names.contains(rate) {
      names.append(rate)
    }
    var rows = [[title] + names]
    for arm in arms {
      rows.append(
        [arm.name]
          + names.map { name in
            let value = arm.tuning.first { $0.rate == name }?.measures[measure]
            let text = value.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
            return name == arm.rate && value != nil ? "**\(text)**" : text
          })
    }
    return table(rows)
  }
}

/// A measure as a column.
private struct Column {
  let measure: String
  let title: String
  /// In per cent, else as it is.
  var isShare = true

  func text(_ value: Double?) -> String {
    value.map { isShare ? String(format: "%.1f %%", $0 * 100) : number($0) } ?? "–"
  }

  func text(_ mean: SeedMean?, isDifference: Bool = false) -> String {
    guard let mean else { return "–" }
    let sign = isDifference && mean.mean >= 0 ? "+" : ""
    let value = isShare ? String(format: "%.1f", mean.mean * 100) : number(mean.mean)
    let margin = mean.margin.map { margin in
      " ± " + (isShare ? String(format: "%.1f", margin * 100) : number(margin, like: mean.mean))
    }
    return sign + value + (margin ?? "") + (isShare ? (isDifference ? " points" : " %") : "")
  }

  /// With as many decimal places as fit the size of `other`, by default its own.
  private func number(_ value: Double, like other: Double? = nil) -> String {
    String(format: abs(other ?? value) < 10 ? "%.3f" : "%.1f", value)
  }
}

private let testColumns = [
  Column(measure: "accuracy", title: "accuracy"),
  Column(measure: "faithful", title: "faithful (FRR)"),
  Column(measure: "misaligned", title: "misaligned (MTR)"),
  Column(measure: "step_accuracy", title: "step accuracy"),
  Column(measure: "looping", title: "looping"),
  Column(measure: "response_tokens", title: "response tokens", isShare: false),
  Column(measure: "rubric", title: "rubric score", isShare: false),
]

private let trainingColumns = [
  Column(measure: ownWrongRewarded, title: "wrong steps rewarded"),
  Column(measure: ownRightPunished, title: "right steps punished"),
  Column(measure: "suggest", title: "SUGGEST", isShare: false),
  Column(measure: "pitfall", title: "PITFALL", isShare: false),
  Column(measure: "bonus", title: "BONUS", isShare: false),
  Column(measure: "absolute_offset", title: "mean \\|offset\\|", isShare: false),
]

private func table(_ rows: [[String]]) -> String {
  guard let head = rows.first else { return "" }
  let rule = ["---"] + Array(repeating: "---:", count: head.count - 1)
  return ([head, rule] + rows.dropFirst()).map { "| " + $0.joined(separator: " | ") + " |" }
    .joined(separator: "\n")
}
