import Diagnostics
import Dispatch
import Synchronization

/// A line on the terminal that says how far a tool has come; nothing where nobody is looking.
package final class Progress: Sendable {
  private struct State {
    var lastUpdate: UInt64 = 0
    var isOnScreen = false
  }

  private let tool: String
  private let isQuiet: Bool
  private let isShown: Bool
  private let state = Mutex(State())

  package init(tool: String, isQuiet: Bool) {
    self.tool = tool
    self.isQuiet = isQuiet
    isShown = StandardError.isTerminal && !isQuiet
  }

  /// Shows a state, ten times a second at most; from any thread.
  ///
  /// - Parameters:
  ///   - fraction: from 0 to 1, where it is known.
  ///   - text: what has been done, such as "1,024 records".
  package func update(fraction: Double?, _ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = DispatchTime.now().uptimeNanoseconds
    let isDue = state.withLock { state in
      guard now - state.lastUpdate > 100_000_000 else { return false }
      state.lastUpdate = now
      state.isOnScreen = true
      return true
    }
    if isDue { StandardError.write("\r\u{1B}[K\(tool): \(bar(fraction))\(terminalText(text()))") }
  }

  /// Says something that stays, unless nothing is to be said; from any thread.
  package func note(_ text: String) {
    guard !isQuiet else { return }
    clear()
    StandardError.say(text, by: tool)
  }

  /// Takes the line off the screen.
  package func clear() {
    let wasOnScreen = state.withLock { state in
      defer { state.isOnScreen = false }
      return state.isOnScreen
    }
    if wasOnScreen { StandardError.write("\r\u{1B}[K") }
  }

  private func bar(_ fraction: Double?) -> String {
    guard let fraction else { return "" }
    let width = 24
    let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded())
    let percent = Int((min(max(fraction, 0), 1) * 100).rounded(.down))
    let full = String(repeating: "█", count: filled)
    let empty = String(repeating: "░", count: width - filled)
    return "\(full)\(empty) \(percent) % "
  }
}
