import Foundation
package import JSONLines
package import Judging
import Records
package import Reporting
import Rubrics

/// What a page is made of.
package struct PageData {
  package var title: String
  package var reports: [RunReport]
  package var agreement: JudgedStreamAgreement?
  /// The names of the two judged streams that are compared.
  package var agreementLabels: [String] = []
  package var sample: TrajectorySample
  package var seed: UInt64
  /// What does not fit in so many bytes of data is left out of the sample.
  package var byteLimit: Int
  /// The version of KaTeX in the page; nil where formulas are shown as their source.
  package var katexVersion: String?

  package init(
    title: String, reports: [RunReport], sample: TrajectorySample, seed: UInt64, byteLimit: Int
  ) {
    self.title = title
    self.reports = reports
    self.sample = sample
    self.seed = seed
    self.byteLimit = byteLimit
  }

  /// The data as JSON, and how many trajectories they hold.
  ///
  /// - Parameter limit: how many trajectories at most; fewer where they take too many bytes.
  package func json(limit: Int) -> (bytes: [UInt8], trajectories: Int) {
    var limit = limit
    while true {
      let items = sample.items(limit: limit)
      let bytes = json(items)
      // Escapes for the page can make it longer, but hardly by more than an eighth.
      guard bytes.count > byteLimit, limit > 1 else { return (bytes, items.count) }
      let share = Double(byteLimit) / Double(bytes.count)
      limit = max(1, min(limit - 1, Int(Double(min(limit, items.count)) * share * 0.95)))
    }
  }

  private func json(_ items: [TrajectorySample.Item]) -> [UInt8] {
    var json = JSONWriter()
    json.object { object in
      object.member("title", title)
      object.member("measures", measureDefinitions)
      object.member("runs") { runs in
        runs.array { array in
          for (index, report) in reports.enumerated() {
            array.object { write(report, index: index, to: &$0) }
          }
        }
      }
      if let agreement {
        object.member("agreement") { member in
          member.object { object in
            object.member("labels", agreementLabels)
            agreement.writeMembers(to: &object)
          }
        }
      }
      object.member("sample") { sample in
        sample.object { sample in
          sample.member("seed", seed)
          sample.member("kept", items.count)
          sample.member("total", reports.reduce(0) { $0 + $1.rollouts })
        }
      }
      object.member(ifPresent: "katex", katexVersion)
      writeTrajectories(items, to: &object)
    }
    return json.bytes
  }

  /// Every measure that some run has, in the order of tables.
  private var measureDefinitions: [MeasureDefinition] {
    var definitions: [MeasureDefinition] = []
    let points = reports.flatMap(\.points).flatMap(\.measures)
    let evaluations = reports.flatMap(\.evaluations).flatMap(\.summary.measures)
    for measure in points + evaluations
    where measure.value != nil && !definitions.contains(where: { $0.measure.name == measure.name })
    {
      definitions.append(MeasureDefinition(measure: measure))
    }
    return definitions
  }

  /// The sets of problems that policies were measured on, each once.
  private var problemSets: [ProblemSet] {
    var sets: [ProblemSet] = []
    for evaluation in reports.flatMap(\.evaluations)
    where !sets.contains(evaluation.summary.problemSet) {
      sets.append(evaluation.summary.problemSet)
    }
    return sets
  }

  private func write(_ report: RunReport, index: Int, to run: inout JSONWriter) {
    run.member("label", report.label)
    run.member("rollouts", report.rollouts)
    if !report.isRun { run.member("sampled", report.points.first?.summary.sampling.description) }
    run.member("steps", report.points.map(\.step))
    let curves = report.points.map(\.measures)
    run.member("curves") { member in
      member.object { object in
        for definition in measureDefinitions {
          let values = curves.map { measures in
            measures.first { $0.name == definition.measure.name }?.value.map(rounded)
          }
          guard values.contains(where: { $0 != nil }) else { continue }
          object.member(definition.measure.name, values)
        }
      }
    }
    let sets = problemSets
    run.member("evaluations") { member in
      member.array { array in
        for evaluation in report.evaluations {
          array.object { object in
            object.member("label", evaluation.label)
            object.member("step", evaluation.step)
            // Evaluations of the same problems have the same number.
            object.member("set", sets.firstIndex(of: evaluation.summary.problemSet))
            object.member("ordered", evaluation.order != nil)
            object.member("held_out", report.isHeldOut(evaluation))
            object.member("sampled", evaluation.summary.sampling.description)
            evaluation.summary.writeMembers(to: &object)
          }
        }
      }
    }
    if let progress = RunProgress(report.evaluations) {
      run.member("progress", [progress.first, progress.last])
    }
    run.member("stages") { member in
      member.array { array in
        for (stage, seconds) in report.stageSeconds {
          array.object { object in
            object.member("stage", stage)
            object.member("seconds", rounded(seconds))
          }
        }
      }
    }
    run.member("credit") { $0.array { writeCredit(report.credit, to: &$0) } }
    run.member("seen") { member in
      member.object { object in
        for rarity in TrajectorySample.Rarity.allCases {
          object.member(rarity.rawValue, sample.seen[index]?[rarity] ?? 0)
        }
      }
    }
  }

  private func writeCredit(_ credit: CreditComparison, to array: inout JSONWriter) {
    for (name, credit) in zip(CreditComparison.estimators, credit.credits) {
      array.object { object in
        object.member("estimator", name)
        object.member("steps_in_correct", credit.stepsInCorrect)
        object.member("wrong_rewarded", credit.wrongRewarded)
        object.member("steps_in_incorrect", credit.stepsInIncorrect)
        object.member("right_punished", credit.rightPunished)
        object.member("right_steps", credit.rightSteps)
        object.member("mean_right_signal", credit.meanRightSignal.map(rounded))
        object.member("wrong_steps", credit.wrongSteps)
        object.member("mean_wrong_signal", credit.meanWrongSignal.map(rounded))
      }
    }
  }

  /// The problems, each once, and the trajectories that name them by their position.
  private func writeTrajectories(
    _ items: [TrajectorySample.Item], to object: inout JSONWriter
  ) {
    var problems: [ProblemText] = []
    var positions: [String: Int] = [:]
    let indices = items.map { item in
      if let known = positions[item.problem.id], problems[known] == item.problem { return known }
      problems.append(item.problem)
      positions[item.problem.id] = problems.count - 1
      return problems.count - 1
    }
    object.member("problems", problems)
    object.member(
      "trajectories", zip(items, indices).map { PageTrajectory(item: $0, problem: $1) })
  }
}

/// The name, title and unit of a measure.
private struct MeasureDefinition: JSONWritable {
  let measure: Measure

  func write(to json: inout JSONWriter) {
    json.object { object in
      object.member("name", measure.name)
      object.member("title", measure.title)
      object.member("unit", measure.unit.rawValue)
    }
  }
}

extension ProblemText: JSONWritable {
  package func write(to json: inout JSONWriter) {
    json.object { object in
      object.member("id", id)
      object.member("problem", problem)
      object.member("answer", groundTruth)
      object.member("rubric") { member in
        member.array { array in
          for item in rubric {
            array.object { object in
              object.member("id", item.id)
              object.member("type", item.type.rawValue)
              object.member("text", item.text)
            }
          }
        }
      }
    }
  }
}

/// A number in five decimals, a small one in five digits, which is more than a page shows.
func rounded(_ value: Double) -> Double {
  guard value != 0, abs(value) < 1e-3, value.isFinite else { return (value * 1e5).rounded() / 1e5 }
  let unit = pow(10, (log10(abs(value)).rounded(.down) - 4))
  return (value / unit).rounded() * unit
}
