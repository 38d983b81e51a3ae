package import Diagnostics
import Foundation

/// Where an experiment's records lie.
///
///     before.jsonl.zst               the policy that all start from, on the test problems
///     tuning/ARM/RATE/after.jsonl.zst  on the validation problems
///     ARM/rate                       the learning rate that was chosen
///     ARM/seed-N/                    a run, with after.jsonl.zst on the test problems
package struct ExperimentFolder: Equatable, Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  package var start: String { path + "/before.jsonl.zst" }

  /// The runs of an arm, by rising seed.
  package func runs(of arm: String) throws -> [(seed: Int, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(arm)")) ?? []
    let runs = names.compactMap { name -> (seed: Int, path: String)? in
      guard name.hasPrefix("seed-"), let seed = Int(name.dropFirst(5)) else { return nil }
      return (seed, "\(path)/\(arm)/\(name)")
    }
    guard !runs.isEmpty else { throw ExperimentError.noRuns(arm: arm, path: path) }
    return runs.sorted { $0.seed < $1.seed }
  }

  /// The learning rate of an arm, as it was written; nil where none was chosen.
  package func rate(of arm: String) -> String? {
    try? String(contentsOfFile: "\(path)/\(arm)/rate", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The rates that were tried for an arm, by rising size, with their evaluations.
  package func tuning(of arm: String) -> [(rate: String, path: String)] {
    let folder = "\(path)/tuning/\(arm)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { Double($0) != nil }.map { ($0, "\(folder)/\($0)/after.jsonl.zst") }
      .filter { FileManager.default.fileExists(atPath: $0.1) }
      .sorted { (Double($0.0) ?? 0) < (Double($1.0) ?? 0) }
  }
}

/// What can be wrong with an experiment's folder.
package enum ExperimentError: ToolError, Equatable {
  case noRuns(arm: String, path: String)
  /// A run without `after.jsonl.zst`.
  case notEvaluated(String)
  /// Arms that were not run under the same seeds.
  case otherSeeds(arm: String, seeds: [Int], expected: [Int])
  /// A run whose policy was measured on other problems than the first arm's.
  case otherProblems(String)

  package var description: String {
    switch self {
    case .noRuns(let arm, let path):
      "\(path)/\(arm): holds no seed-1, seed-2, …; 'make experiment' makes them"
    case .notEvaluated(let run):
      "\(run): has no after.jsonl.zst, so it is not done; 'make experiment' goes on where it was"
    case .otherSeeds(let arm, let seeds, let expected):
      "\(arm) was run under seeds \(listed(seeds)), but the first arm under \(listed(expected)); "
        + "arms are compared under the same seeds"
    case .otherProblems(let what):
      "\(what): was measured on other test problems than the first run; measure all policies on the same ones"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}

private func listed(_ seeds: [Int]) -> String {
  seeds.map(String.init).joined(separator: ", ")
}
