import Dispatch
import Synchronization

/// Waits for a judge. The tool reads and writes in order, one record after the other.
func waiting<Value: Sendable>(
  for operation: @escaping @Sendable () async throws -> Value
) throws -> Value {
  let semaphore = DispatchSemaphore(value: 0)
  let result = Mutex<Result<Value, any Error>?>(nil)
  Task {
    do {
      let value = try await operation()
      result.withLock { $0 = .success(value) }
    } catch {
      result.withLock { $0 = .failure(error) }
    }
    semaphore.signal()
  }
  semaphore.wait()
  guard let outcome = result.withLock({ $0 }) else {
    preconditionFailure("the task signals only when it has set its result")
  }
  return try outcome.get()
}
