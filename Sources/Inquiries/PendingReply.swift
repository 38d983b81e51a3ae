import Dispatch
import Synchronization

/// A call under way, which whoever reads and writes in order can wait for.
package final class PendingReply<Value: Sendable>: Sendable {
  private let isDone = DispatchGroup()
  private let result = Mutex<Result<Value, any Error>?>(nil)

  /// Starts a call.
  ///
  /// - Parameter executor: what runs it; nil for what runs any task.
  package init(
    on executor: (any TaskExecutor)?,
    _ call: @escaping @Sendable () async throws -> Value
  ) {
    isDone.enter()
    Task(executorPreference: executor) { [self] in
      do {
        let value = try await call()
        result.withLock { $0 = .success(value) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      isDone.leave()
    }
  }

  /// Whether the call ends before so many seconds have passed.
  package func isDone(within seconds: Double) -> Bool {
    isDone.wait(timeout: .now() + seconds) == .success
  }

  package func waitUntilDone() { isDone.wait() }

  /// Waits for the end of the call.
  package func wait() throws -> Value {
    isDone.wait()
    guard let outcome = result.withLock({ $0 }) else {
      preconditionFailure("the task leaves the group only when it has set its result")
    }
    return try outcome.get()
  }
}
