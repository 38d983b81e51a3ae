package import Diagnostics
import Foundation
package import JSONLines
import Records

/// The files of a run, `runs/NAME` with its `step-0001`, `step-0002`, …, or of one step.
package struct RunFolder: Equatable, Sendable {
  /// The files of one training step.
  package struct Step: Equatable, Sendable {
    package let number: Int
    /// The stream of the last stage that has written one and left out no rollout.
    package let stream: String?
    /// The stream that has the advantages, where it is another one.
    package let advantages: String?
    package let metrics: StageMetrics
    /// Responses of the policy after this step, to a set of its own.
    package let evaluation: String?
  }

  /// A stream of rollouts beside the steps, such as `before.jsonl.zst`.
  package struct Evaluation: Equatable, Sendable {
    package let name: String
    package let path: String
  }

  package let path: String
  /// By rising number.
  package let steps: [Step]
  /// "before" first, "after" last, others by name between them.
  package let evaluations: [Evaluation]

  /// - Parameters:
  ///   - zeroBytes: what a stream without a byte is taken for; a log may always be without.
  ///   - notes: is told of lines of metrics that cannot be read.
  package init(path: String, zeroBytes: ZeroBytes, notes: (String) -> Void) throws {
    self.path = path
    if let number = stepNumber(of: path) {
      steps = [try Step(number: number, folder: path, notes: notes)]
      evaluations = []
      return
    }
    let names = try fileNames(in: path)
    var steps: [Step] = []
    for name in names {
      guard let number = stepNumber(of: name) else { continue }
      steps.append(try Step(number: number, folder: path + "/" + name, notes: notes))
    }
    self.steps = steps.sorted { $0.number < $1.number }
    evaluations = try names.compactMap { name in
      guard let stem = streamStem(of: name),
        try holdsRollouts(path + "/" + name, zeroBytes: zeroBytes)
      else { return nil }
      return Evaluation(name: stem, path: path + "/" + name)
    }.sorted { (rank(of: $0.name), $0.name) < (rank(of: $1.name), $1.name) }
    guard !self.steps.isEmpty || !evaluations.isEmpty else { throw ReportingError.noRun(path) }
  }
}

extension RunFolder.Step {
  /// The streams of a step, the last stage's first.
  private static let stages = ["advantages", "rewarded", "checked", "judged", "rollouts"]

  fileprivate init(number: Int, folder: String, notes: (String) -> Void) throws {
    self.number = number
    let names = try fileNames(in: folder)
    func stream(_ stem: String) -> String? {
      names.first { streamStem(of: $0) == stem }.map { folder + "/" + $0 }
    }
    metrics =
      names.contains("metrics.jsonl")
      ? try StageMetrics(path: folder + "/metrics.jsonl", notes: notes) : StageMetrics()
    let last = Self.stages.lazy.compactMap(stream).first
    if metrics.droppedGroups, let whole = stream("rewarded") {
      self.stream = whole
      advantages = stream("advantages")
    } else {
      self.stream = last
      advantages = nil
    }
    evaluation = stream("eval")
  }
}

/// What can be wrong with what a report is asked to read.
package enum ReportingError: ToolError, Equatable {
  /// A folder without steps and without streams of rollouts.
  case noRun(String)
  /// A stream that lacks what a measure is made of.
  case notMeasured(String, String)
  /// Advantages of another response than the rewarded one of the same id and index.
  case otherResponse(String, String, index: Int)
  /// Two streams that are to be compared, but are about different problems.
  case otherProblems(String, String)

  package var description: String {
    switch self {
    case .noRun(let path):
      "\(path): holds no step-0001, step-0002, … and no stream of rollouts; name a run's folder, "
        + "such as runs/demo"
    case .notMeasured(let measure, let path):
      "\(path): holds nothing that \"\(measure)\" could be measured by; give rewarded rollouts, with "
        + "checked steps where the measure needs them"
    case .otherResponse(let path, let id, let index):
      "\(path): the response of \"\(id)\", rollout \(index), is not the rewarded one; "
        + "run srar-advantage on the step's rewards again"
    case .otherProblems(let first, let second):
      "\(first) and \(second) are about different problems; compare policies on the same ones"
    }
  }

  package var exitStatus: ExitStatus { .badData }
}

/// Whether a path is a folder.
package func isFolder(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    && isDirectory.boolValue
}

/// The names in a folder, sorted.
private func fileNames(in folder: String) throws -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  } catch {
    throw SystemError("open", path: folder)
  }
}

/// The number of `step-0007`; nil for another name.
private func stepNumber(of path: String) -> Int? {
  let name = URL(fileURLWithPath: path).lastPathComponent
  guard name.hasPrefix("step-") else { return nil }
  return Int(name.dropFirst(5))
}

/// The name of a stream without its ending; nil for what is no stream, or not whole.
private func streamStem(of name: String) -> String? {
  guard !name.hasPrefix(".") else { return nil }
  for ending in [".jsonl.zst", ".jsonl"] where name.hasSuffix(ending) {
    return String(name.dropLast(ending.count))
  }
  return nil
}

/// Whether the first record of a file has a rollout: a set of problems or a log has none.
///
/// Logs are plain, and one to which nothing was appended has no bytes; a compressed stream always has some.
private func holdsRollouts(_ path: String, zeroBytes: ZeroBytes) throws -> Bool {
  let reader = RecordReader(
    paths: [path], maximumLineBytes: 64 << 20, faults: .stop,
    zeroBytes: path.hasSuffix(".zst") ? zeroBytes : .accepted)
  return try reader.next()?.fields.has(Rollout.key) ?? false
}

private func rank(of name: String) -> Int {
  switch name {
  case "before": 0
  case "after": 2
  default: 1
  }
}
