import Foundation

/// Several summaries side by side, as text for a terminal.
package func summaryTable(_ summaries: [StreamSummary]) -> String {
  guard let first = summaries.first else { return "" }
  var rows: [[String]] = [[""] + summaries.map(\.label)]
  rows.append(["rollouts"] + summaries.map { String($0.rollouts) })
  for (index, measure) in first.measures.enumerated() {
    let values = summaries.map { $0.measures[index] }
    guard values.contains(where: { $0.value != nil }) else { continue }
    rows.append([measure.title] + values.map { text($0.value, isShare: $0.isShare) })
  }
  if summaries.contains(where: { $0.judgeFailures > 0 }) {
    rows.append(["judge failures"] + summaries.map { String($0.judgeFailures) })
  }
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return column == 0 ? cell + padding : padding + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n") + "\n"
}

private func text(_ value: Double?, isShare: Bool) -> String {
  guard let value else { return "–" }
  return isShare ? String(format: "%.1f %%", value * 100) : String(format: "%.3f", value)
}
