import Foundation

extension RubricStatistics {
  /// The statistics as a table for the terminal: a row per type, all items, and the words of an item.
  ///
  /// ± is the sample standard deviation; the last column is the share of rubrics that have no item of the type.
  package var table: String {
    var rows = [["per rubric", "mean ± sd", "range", "none"]]
    for type in RubricItemType.allCases {
      rows.append([type.rawValue] + cells(self[type]) + [share(self[type])])
    }
    rows.append(["items"] + cells(allItems) + [share(allItems)])
    rows.append(["words an item"] + cells(words) + [""])
    return aligned(rows)
  }

  private func cells(_ summary: CountSummary) -> [String] {
    guard let mean = summary.mean else { return ["–", "–"] }
    let deviation = summary.sampleDeviation.map { String(format: " ± %.2f", $0) } ?? ""
    return [String(format: "%.2f", mean) + deviation, "\(summary.minimum)–\(summary.maximum)"]
  }

  private func share(_ summary: CountSummary) -> String {
    guard summary.count > 0 else { return "–" }
    return String(format: "%.1f %%", 100 * Double(summary.zeroCount) / Double(summary.count))
  }

  /// The rows as lines: the first column flush left, the others flush right.
  private func aligned(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }
      .joined(separator: "  ").trimmingSuffix(" ") + "\n"
    }
    .joined()
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    guard let end = lastIndex(where: { $0 != character }) else { return "" }
    return String(self[...end])
  }
}
