import Foundation

/// Curves of all arms over the training steps, one panel a measure, as SVG.
package struct CurvesPicture {
  private let arms: [ArmRecords]

  package init(arms: [ArmRecords]) { self.arms = arms }

  package var svg: String {
    let shown = panels.filter { panel in
      arms.contains { arm in arm.curve(panel.measure).contains { $0 != nil } }
    }
    let rows = (shown.count + columns - 1) / columns
    let height = legendHeight + Double(rows) * panelHeight
    var body = legend()
    for (index, panel) in shown.enumerated() {
      let x = Double(index % columns) * panelWidth
      let y = legendHeight + Double(index / columns) * panelHeight
      body += "<g transform=\"translate(\(text(x)) \(text(y)))\">\(drawn(panel))</g>\n"
    }
    let width = Double(columns) * panelWidth
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(width)) \(text(height))" font-family="sans-serif" font-size="11">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(body)</svg>

      """
  }

  private func legend() -> String {
    var x = margin
    var result = ""
    for (index, arm) in arms.enumerated() {
      result +=
        "<line x1=\"\(text(x))\" x2=\"\(text(x + 18))\" y1=\"15\" y2=\"15\" \(stroke(index))/>"
        + "<text x=\"\(text(x + 22))\" y=\"19\">\(escaped(arm.name))</text>\n"
      x += 40 + 6.5 * Double(arm.name.count)
    }
    return result
  }

  private func drawn(_ panel: (measure: String, title: String, isShare: Bool)) -> String {
    let curves = arms.map { smoothed($0.curve(panel.measure)) }
    let values = curves.flatMap { $0.compactMap { $0 } }
    let (low, high) = bounds(values)
    let steps = curves.map(\.count).max() ?? 1
    let (left, right) = (margin + 30, panelWidth - 12)
    let (top, bottom) = (26.0, panelHeight - 26)
    func x(_ step: Int) -> Double {
      left + (right - left) * Double(step) / Double(max(steps - 1, 1))
    }
    func y(_ value: Double) -> Double { bottom - (bottom - top) * (value - low) / (high - low) }
    let digits = min(max(0, Int((-log10(high - low)).rounded(.up)) + 1), 6)
    func label(_ value: Double) -> String {
      panel.isShare
        ? String(format: "%.0f %%", value * 100) : String(format: "%.\(digits)f", value)
    }
    var result =
      "<text x=\"\(text(left))\" y=\"16\" font-weight=\"bold\">\(escaped(panel.title))</text>\n"
    for value in [low, (low + high) / 2, high] {
      result +=
        "<line x1=\"\(text(left))\" x2=\"\(text(right))\" y1=\"\(text(y(value)))\" y2=\"\(text(y(value)))\" stroke=\"#dddddd\"/>"
        + "<text x=\"\(text(left - 4))\" y=\"\(text(y(value) + 4))\" text-anchor=\"end\">\(label(value))</text>\n"
    }
    result +=
      "<text x=\"\(text(left))\" y=\"\(text(bottom + 15))\">step 1</text>"
      + "<text x=\"\(text(right))\" y=\"\(text(bottom + 15))\" text-anchor=\"end\">\(steps)</text>\n"
    for (index, curve) in curves.enumerated() {
      let points = curve.enumerated().compactMap { step, value in
        value.map { "\(text(x(step))),\(text(y($0)))" }
      }
      result +=
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" \(stroke(index))/>\n"
    }
    return result
  }
}

private let panels: [(measure: String, title: String, isShare: Bool)] = [
  ("accuracy", "accuracy", true), ("faithful", "faithful reasoning (FRR)", true),
  ("misaligned", "misaligned (MTR)", true), ("step_accuracy", "step accuracy", true),
  (ownWrongRewarded, "wrong steps rewarded", true),
  (ownRightPunished, "right steps punished", true),
  ("suggest", "SUGGEST score", false), ("pitfall", "PITFALL score", false),
  ("response_tokens", "response tokens", false),
]

private let columns = 3
private let panelWidth = 300.0
private let panelHeight = 190.0
private let legendHeight = 30.0
private let margin = 12.0

/// Colours that people with the common kinds of colour blindness tell apart (Okabe and Ito), dashed where they come again.
private let colours = ["#000000", "#e69f00", "#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#0072b2"]

private func stroke(_ index: Int) -> String {
  let dash = index < colours.count ? "" : " stroke-dasharray=\"4 3\""
  return "stroke=\"\(colours[index % colours.count])\" stroke-width=\"1.6\"\(dash)"
}

/// Means over a step and its two neighbours on each side: a batch is small.
private func smoothed(_ curve: [Double?]) -> [Double?] {
  curve.indices.map { index in
    let near = curve[max(0, index - 2)...min(curve.count - 1, index + 2)].compactMap { $0 }
    return curve[index] == nil || near.isEmpty ? nil : near.reduce(0, +) / Double(near.count)
  }
}

private func bounds(_ values: [Double]) -> (Double, Double) {
  guard let low = values.min(), let high = values.max() else { return (0, 1) }
  return high > low ? (low, high) : (low - 0.5, high + 0.5)
}

private func text(_ number: Double) -> String { String(format: "%.1f", number) }

private func escaped(_ text: String) -> String {
  text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
}
