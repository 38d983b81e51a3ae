import Dispatch
import Judging
import Synchronization

/// A call under way, which whoever reads and writes in order can wait for.
final class PendingReply<Entry: JudgementEntry>: Sendable {
  private let isDone = DispatchGroup()
  private let result = Mutex<Result<JudgeLogEntry<Entry>, any Error>?>(nil)

  /// Starts a call.
  ///
  /// - Parameter executor: what runs it; nil for what runs any task.
  init(
    on executor: (any TaskExecutor)?,
    _ call: @escaping @Sendable () async throws -> JudgeLogEntry<Entry>
  ) {
    isDone.enter()
    Task(executorPreference: executor) { [self] in
      do {
        let entry = try await call()
        result.withLock { $0 = .success(entry) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      isDone.leave()
    }
  }

  /// Whether the call ends before so many seconds have passed.
  func isDone(within seconds: Double) -> Bool {
    isDone.wait(timeout: .now() + seconds) == .success
  }

  func waitUntilDone() { isDone.wait() }

  /// Waits for the end of the call.
  func wait() throws -> JudgeLogEntry<Entry> {
    isDone.wait()
    guard let outcome = result.withLock({ $0 }) else {
      preconditionFailure("the task leaves the group only when it has set its result")
    }
    return try outcome.get()
  }
}
