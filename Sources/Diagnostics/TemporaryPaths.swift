import Foundation
import Synchronization

/// Files and folders that are being written under temporary names, so that an interrupted tool can remove them.
package enum TemporaryPaths {
  private static let paths = Mutex<[String]>([])
  /// Ends the name of what is being removed, so that no thread adds a file to a folder while it is being emptied.
  private static let interruptedSuffix = "-interrupted"

  /// Creates something at a path that must not outlive an interruption, and notes the path; an interruption comes before both or
  /// after both.
  package static func register<Created>(_ path: String, create: () -> Created) -> Created {
    paths.withLock { paths in
      paths.append(path)
      return create()
    }
  }

  /// Forgets a path: it was renamed into place or removed.
  package static func unregister(_ path: String) {
    paths.withLock { $0.removeAll { $0 == path } }
  }

  /// Whether a name of the form PREFIX PID SUFFIX is of something that a killed process left: one that no longer runs, or had this
  /// process's number before it. What was being removed when its process was killed counts, too.
  package static func isAbandoned(_ name: String, prefix: String, suffix: String = "") -> Bool {
    var rest = name[...]
    if rest.hasSuffix(interruptedSuffix) { rest = rest.dropLast(interruptedSuffix.count) }
    guard rest.hasPrefix(prefix), rest.hasSuffix(suffix),
      let process = pid_t(rest.dropFirst(prefix.count).dropLast(suffix.count)), process > 0
    else { return false }
    return process == getpid() || (kill(process, 0) != 0 && errno == ESRCH)
  }

  /// Removes everything that is registered, and ends the process by a signal.
  ///
  /// The lock is never released: a thread that meanwhile wants to publish or give up one of the paths waits for the end,
  /// instead of reporting that its file is gone. Faults of the removal are of no use to anyone now.
  package static func removeAll(thenDieOf signalNumber: Int32) -> Never {
    paths.withLock { paths in
      for path in paths {
        let removed = path + interruptedSuffix
        do {
          try FileManager.default.moveItem(atPath: path, toPath: removed)
          try FileManager.default.removeItem(atPath: removed)
        } catch {
          continue
        }
      }
      // Threads of Dispatch block signals: this one has to let it through.
      signal(signalNumber, SIG_DFL)
      var mask = sigset_t()
      sigemptyset(&mask)
      sigaddset(&mask, signalNumber)
      pthread_sigmask(SIG_UNBLOCK, &mask, nil)
      raise(signalNumber)
      while true { pause() }
    }
  }
}
