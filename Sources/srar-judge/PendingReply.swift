import Dispatch
import Judging
import Synchronization

/// A judge call under way, which a tool that reads and writes in order can wait for.
final class PendingReply: Sendable {
  private let isDone = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<JudgeLogEntry, any Error>?>(nil)

  /// Starts a call.
  init(_ call: @escaping @Sendable () async throws -> JudgeLogEntry) {
    Task { [self] in
      do {
        let entry = try await call()
        result.withLock { $0 = .success(entry) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      isDone.signal()
    }
  }

  /// Waits for the end of the call; only one may wait.
  func wait() throws -> JudgeLogEntry {
    isDone.wait()
    guard let outcome = result.withLock({ $0 }) else {
      preconditionFailure("the task signals only when it has set its result")
    }
    return try outcome.get()
  }
}
