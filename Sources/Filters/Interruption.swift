import Diagnostics
import Dispatch
import Foundation

/// Ctrl-C and its kin: what is half-written is removed, then the tool dies of the signal itself, so that `make` and
/// the shell see it.
package enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]
  private nonisolated(unsafe) static var sources: [any DispatchSourceSignal] = []

  /// Called once, at the start of `main`, before there is a second thread.
  static func install() {
    for number in signals {
      // A signal that the parent had ignored (nohup, a background job) stays ignored.
      var action = sigaction()
      sigaction(number, nil, &action)
      if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
      {
        continue
      }
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { TemporaryPaths.removeAll(thenDieOf: number) }
      source.resume()
      sources.append(source)
    }
  }
}
