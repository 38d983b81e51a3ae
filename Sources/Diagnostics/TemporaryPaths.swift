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

  /// A part of a temporary name that cannot be predicted, and that says whose it is: PID-RANDOM, the latter 16 hexadecimal digits.
  ///
  /// What is created under such a name must be created exclusively all the same.
  package static func uniquePart() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(getpid())-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
  }

  /// Whether a name of the form PREFIX PID-RANDOM SUFFIX, see `uniquePart`, is of something that a killed process left: one that no
  /// longer runs, or had this process's number before it. What was being removed when its process was killed counts, too, and so do
  /// names of an older form, without -RANDOM.
  package static func isAbandoned(_ name: String, prefix: String, suffix: String = "") -> Bool {
    var rest = name[...]
    if rest.hasSuffix(interruptedSuffix) { rest = rest.dropLast(interruptedSuffix.count) }
    guard rest.hasPrefix(prefix), rest.hasSuffix(suffix) else { return false }
    let parts = rest.dropFirst(prefix.count).dropLast(suffix.count)
      .split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let process = parts.first.flatMap({ pid_t($0) }), process > 0,
      parts.dropFirst().allSatisfy({ $0.utf8.count == 16 && $0.allSatisfy(\.isHexDigit) })
    else { return false }
    if process == getpid() {
      return !paths.withLock { $0.contains { $0.hasSuffix("/" + name) } }
    }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  /// Removes everything that is registered, and ends the process by a signal.
  ///
  /// The lock is never released: a thread that meanwhile wants to publish or give up one of the paths waits for the end,
  /// instead of reporting that its file is gone. Faults of the removal are of no use to anyone now.
  package static func removeAll(thenDieOf signalNumber: Int32) -> Never {
    paths.withLock { paths in
      remove(paths)
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

  /// Removes everything that is registered, and ends the process with a status; the lock is never released, as after a signal.
  ///
  /// A tool that fails may leave a file in the hands of another thread, so that nobody gives it up.
  package static func removeAll(thenExitWith status: Int32) -> Never {
    paths.withLock { paths in
      remove(paths)
      fflush(nil)
      _exit(status)
    }
  }

  private static func remove(_ paths: [String]) {
    for path in paths {
      let removed = path + interruptedSuffix
      do {
        try FileManager.default.moveItem(atPath: path, toPath: removed)
        try FileManager.default.removeItem(atPath: removed)
      } catch {
        continue
      }
    }
  }
}
