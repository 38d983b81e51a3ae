import Diagnostics
import Filters
import Foundation
import JSONLines
import Reporting
import TensorBoard

/// Writes an event file for every run into a folder of its name, and returns their paths.
///
/// The file of a run has one name, so that writing it again replaces it, and TensorBoard shows no point twice. Its events bear the time
/// 0: the records hold no clock, and the same run gives the same bytes.
func writeEvents(_ reports: [RunReport], to folder: String) throws -> [String] {
  let paths = eventPaths(of: reports.map(\.label), in: folder)
  for (report, path) in zip(reports, paths) {
    try makeFolder(of: path)
    try write(eventFile(report).bytes, to: .file(path))
  }
  return paths
}

/// The event files of runs of these labels, in their order.
func eventPaths(of labels: [String], in folder: String) -> [String] {
  labels.enumerated().map { index, label in
    "\(folder)/\(fileName(label, taken: index))/events.out.tfevents.0.srar"
  }
}

/// Makes sure that no run's event file takes the place of another's.
///
/// - Throws: `UsageError`, with both labels.
func checkEventPaths(of labels: [String], in folder: String) throws(UsageError) {
  var seen: [String: String] = [:]
  for (label, path) in zip(labels, eventPaths(of: labels, in: folder)) {
    if let other = seen.updateValue(label, forKey: path) {
      throw UsageError(
        """
        '\(terminalText(other))' and '\(terminalText(label))' would have one event file, '\(terminalText(path))'; \
        tell them apart by '--label'
        """)
    }
  }
}

private func eventFile(_ report: RunReport) -> EventFile {
  var events = EventFile(wallTime: 0)
  for point in report.points {
    events.add(scalars(point.measures, under: "train"), step: point.step ?? 0)
  }
  let steps = report.points.compactMap(\.step)
  for evaluation in report.evaluations {
    let step: Int? =
      switch evaluation.label {
      case "before": steps.first.map { $0 - 1 } ?? 0
      case "after": steps.last ?? 0
      default: evaluation.step
      }
    // One that was taken at no known step has no place on a curve.
    guard let step else { continue }
    events.add(scalars(evaluation.summary.measures, under: "eval"), step: step)
  }
  return events
}

private func scalars(_ measures: [Measure], under group: String) -> [Scalar] {
  measures.compactMap { measure in
    measure.value.map { Scalar(tag: "\(group)/\(measure.name)", value: Float($0)) }
  }
}

/// A label as a folder's name.
private func fileName(_ label: String, taken: Int) -> String {
  let name = String(
    label.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
  return name.isEmpty || name.allSatisfy { $0 == "." } ? "run-\(taken + 1)" : name
}

private func makeFolder(of path: String) throws {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  } catch {
    throw SystemError("write", path: folder.path)
  }
}
