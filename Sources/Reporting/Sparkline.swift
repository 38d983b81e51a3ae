/// A curve of eight heights in one line of text.
///
/// - Parameters:
///   - values: nil leaves a gap.
///   - width: at most so many characters; more values are averaged in equal parts.
package func sparkline(_ values: [Double?], width: Int) -> String {
  let heights = Array("▁▂▃▄▅▆▇█")
  let columns = columnMeans(values, width: width)
  let known = columns.compactMap { $0 }
  guard let lowest = known.min(), let highest = known.max() else { return "" }
  return String(
    columns.map { value -> Character in
      guard let value else { return " " }
      // A constant is drawn in the middle: neither low nor high.
      guard highest > lowest else { return heights[3] }
      return heights[Int(((value - lowest) / (highest - lowest) * 7).rounded())]
    })
}

/// The means of equal parts of a list; as many parts as values where there are fewer values.
private func columnMeans(_ values: [Double?], width: Int) -> [Double?] {
  guard values.count > width else { return values }
  return (0..<width).map { column in
    let part = values[column * values.count / width..<(column + 1) * values.count / width]
    let known = part.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
