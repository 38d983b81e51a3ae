import Diagnostics
import Foundation
import Records

/// The measures that tables leave to `--json` and to the page: they say little without the others beside them.
private let leftOut: Set<String> = [
  "suggest", "pitfall", "bonus", "response_steps", "absolute_offset", "reward",
]

/// The measures of what had better never happen: they take a line of a table only where one of their values is not 0.
private let rare: Set<String> = [
  "cut_off", "judge_failed", "steps_not_checked", "without_steps", "not_judged", "zero_offsets",
  "groups_without_advantage",
]

/// Several summaries side by side, as text for a terminal. Settings of sampling in which they differ stand above the measures.
package func summaryTable(_ summaries: [StreamSummary]) -> String {
  guard let first = summaries.first else { return "" }
  var rows: [[String]] = [[""] + summaries.map(\.label)]
  rows.append(["rollouts"] + summaries.map { String($0.rollouts) })
  for setting in SamplingSettings.differences(between: summaries.map(\.sampling)) {
    rows.append([setting.name.replacing("_", with: " ")] + setting.values)
  }
  for (index, measure) in first.measures.enumerated() where !leftOut.contains(measure.name) {
    let values = summaries.map { $0.measures[index] }
    guard values.contains(where: { $0.value != nil }) else { continue }
    if rare.contains(measure.name), values.allSatisfy({ ($0.value ?? 0) == 0 }) { continue }
    rows.append([measure.title] + values.map { valueText($0) })
  }
  return alignedText(rows)
}

/// Runs side by side: of every measure the first and the last step's value, and its curve between them. Where these steps lack it, as an
/// unfinished last one does, it is the first or the last that has it, with its number; a run of one step has one value and no curve.
///
/// - Parameter width: of a curve, in characters.
package func runTable(_ runs: [RunReport], width: Int = 16) -> String {
  var titles: [(name: String, title: String)] = []
  for measure in runs.flatMap(\.points).flatMap(\.measures)
  where measure.value != nil && !leftOut.contains(measure.name)
    && !titles.contains(where: { $0.name == measure.name })
  {
    titles.append((measure.name, measure.title))
  }
  var rows = [[""], [""]]
  for run in runs {
    let steps = run.points.compactMap(\.step)
    rows[0] += [run.label, counted(run.points.count, "step"), ""]
    rows[1] += ["step \(steps.first ?? 0)", steps.count > 1 ? "step \(steps.last ?? 0)" : "", ""]
  }
  for (name, title) in titles {
    var row = [title]
    let curves = runs.map { run in
      run.points.map { point in point.measures.first { $0.name == name } }
    }
    if rare.contains(name), curves.joined().allSatisfy({ ($0?.value ?? 0) == 0 }) { continue }
    for (run, curve) in zip(runs, curves) {
      let known = curve.indices.filter { curve[$0]?.value != nil }
      guard let first = known.first, let last = known.last else {
        row += ["", "", ""]
        continue
      }
      func cell(_ index: Int, in column: Int?) -> String {
        let text = curve[index].map(valueText) ?? "–"
        guard index != column, let step = run.points[index].step else { return text }
        return "\(text) (step \(step))"
      }
      guard curve.count > 1 else {
        row += [cell(first, in: first), "", ""]
        continue
      }
      row += [
        cell(first, in: curve.indices.first), cell(last, in: curve.indices.last),
        sparkline(curve.map { $0?.value }, width: width),
      ]
    }
    rows.append(row)
  }
  return alignedText(rows, leftAligned: { $0 == 0 || $0 % 3 == 0 })
}

/// A measure's value as a table shows it.
package func valueText(_ measure: Measure) -> String {
  guard let value = measure.value else { return "–" }
  switch measure.unit {
  case .share: return String(format: "%.1f %%", value * 100)
  case .seconds: return String(format: "%.1f s", value)
  case .number:
    let size = abs(value)
    return size != 0 && size < 0.001
      ? String(format: "%.2e", value) : String(format: "%.3f", value)
  }
}

/// Rows of cells in columns two blanks apart, each made fit for a terminal: labels and names of tools come from files.
///
/// - Parameter leftAligned: says of a column, from 0, whether its cells begin at its left end.
package func alignedText(
  _ rows: [[String]], leftAligned: (Int) -> Bool = { $0 == 0 }
) -> String {
  let rows = rows.map { $0.map(terminalText) }
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    let line = row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return leftAligned(column) ? cell + padding : padding + cell
    }.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
  }.joined()
}
