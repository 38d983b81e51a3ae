package import JSONLines
package import Records
import Rubrics

/// In which form problems are written.
package enum ProblemLayout: String, CaseIterable, Sendable {
  /// Our own records.
  case records
  /// The data sets of the authors' trainer: verl's columns, the rubric as text under `extra_info`.
  case trainer
}

/// Writes a problem, and behind it what else its row held.
package struct ProblemWriter {
  private let layout: ProblemLayout
  private let mode: ProblemMode
  private let used: Set<String>

  /// - Parameter source: how the rows were understood; the fields that made the problem are not repeated.
  package init(_ layout: ProblemLayout, mode: ProblemMode, source: SourceLayout) {
    self.layout = layout
    self.mode = mode
    let own: FieldNames = layout == .records ? .records : .trainer
    used = Set(source.consumedPaths).union(own.all)
  }

  /// Writes the members of a record.
  ///
  /// - Parameter index: the problem's place in the output, from 0.
  package func write(
    _ problem: Problem, from row: SourceRow, index: Int, to json: inout JSONWriter
  ) {
    let rest = RemainingMembers(row.record.bytes, without: used)
    switch layout {
    case .records:
      problem.writeMembers(to: &json)
      rest.write(to: &json)
    case .trainer:
      writeTrainer(problem, from: row, index: index, rest, to: &json)
      rest.write(to: &json, except: ["reward_model", "extra_info"])
    }
  }

  private func writeTrainer(
    _ problem: Problem, from row: SourceRow, index: Int, _ rest: RemainingMembers,
    to json: inout JSONWriter
  ) {
    func has(_ object: String, _ key: String) -> Bool {
      row.record.fields.value[object]?[key] != nil
    }
    json.member("data_source", problem.source ?? "")
    json.member("prompt", problem.messages)
    json.member("reward_model") { json in
      json.object { model in
        // verl's data sets say so of answers that a rule can check.
        if row.record.fields.value["reward_model"]?["style"] == nil {
          model.member("style", "rule")
        }
        model.member(ifPresent: "ground_truth", problem.groundTruth)
        rest.writeMembers(of: "reward_model", to: &model)
      }
    }
    json.member("extra_info") { json in
      json.object { info in
        info.member("id", problem.id)
        if !has("extra_info", "index") { info.member("index", index) }
        if !has("extra_info", "split") { info.member("split", mode.rawValue) }
        info.member("problem", problem.problem)
        info.member(ifPresent: "rubric", problem.rubric.map(rubricText(of:)))
        info.member(ifPresent: "solution", problem.solution)
        rest.writeMembers(of: "extra_info", to: &info)
      }
    }
  }
}
