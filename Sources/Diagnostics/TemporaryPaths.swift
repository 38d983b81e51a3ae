import Foundation
import Synchronization

/// Files and folders that are being written under temporary names, so that an interrupted tool can remove them.
package enum TemporaryPaths {
  private static let paths = Mutex<[String]>([])

  /// Notes a path that must not outlive an interruption.
  package static func register(_ path: String) {
    paths.withLock { $0.append(path) }
  }

  /// Forgets a path: it was renamed into place or removed.
  package static func unregister(_ path: String) {
    paths.withLock { $0.removeAll { $0 == path } }
  }

  /// Removes everything that is registered. Called when a signal ends the tool, so faults are of no use to anyone.
  package static func removeAll() {
    for path in paths.withLock({ $0 }) {
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        continue
      }
    }
  }
}
