import Dispatch

/// A line on the terminal that says how far a tool has come; nothing where nobody is looking.
package final class Progress {
  private let tool: String
  private let isShown: Bool
  private var lastUpdate: UInt64 = 0
  private var isOnScreen = false

  package init(tool: String, isQuiet: Bool) {
    self.tool = tool
    isShown = StandardError.isTerminal && !isQuiet
  }

  /// Shows a state, ten times a second at most.
  ///
  /// - Parameters:
  ///   - fraction: from 0 to 1, where it is known.
  ///   - text: what has been done, such as "1,024 records".
  package func update(fraction: Double?, _ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = DispatchTime.now().uptimeNanoseconds
    guard now - lastUpdate > 100_000_000 else { return }
    lastUpdate = now
    isOnScreen = true
    StandardError.write("\r\u{1B}[K\(tool): \(bar(fraction))\(text())")
  }

  /// Takes the line off the screen.
  package func clear() {
    if isOnScreen { StandardError.write("\r\u{1B}[K") }
    isOnScreen = false
  }

  private func bar(_ fraction: Double?) -> String {
    guard let fraction else { return "" }
    let width = 24
    let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded())
    let percent = Int((min(max(fraction, 0), 1) * 100).rounded(.down))
    return
      "\(String(repeating: "█", count: filled))\(String(repeating: "░", count: width - filled)) \(percent) % "
  }
}
