import Foundation

/// A thread of the system that is known to run.
///
/// Dispatch and Foundation do not tell when the system refuses them a thread: Dispatch tries again forever. Who has to end with an
/// error then starts threads by this.
package struct SystemThread {
  private let thread: pthread_t

  /// Starts a thread, which takes no signals.
  ///
  /// - Parameter stackBytes: the size of its stack; nil for the system's choice.
  /// - Throws: `ThreadError` where the system refuses.
  package init(
    stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void
  ) throws(ThreadError) {
    #if canImport(Darwin)
      var started: pthread_t?
    #else
      var started = pthread_t()
    #endif
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    pthread_attr_init(attributes)
    defer {
      pthread_attr_destroy(attributes)
      attributes.deallocate()
    }
    if let stackBytes { pthread_attr_setstacksize(attributes, stackBytes) }
    let work = Unmanaged.passRetained(Work(body))
    let code = pthread_create(&started, attributes, { run($0) }, work.toOpaque())
    guard code == 0 else {
      work.release()
      throw ThreadError(code: code)
    }
    #if canImport(Darwin)
      guard let started else { throw ThreadError(code: EAGAIN) }
    #endif
    thread = started
  }

  /// Waits until the thread's work is done. Either this or `detach` is called, once.
  package func join() { pthread_join(thread, nil) }

  /// Lets the thread end on its own.
  package func detach() { pthread_detach(thread) }

  /// Makes sure that the system can run this number of threads at a time.
  ///
  /// - Throws: `ThreadError` where it refuses one of them.
  package static func check(count: Int) throws(ThreadError) {
    let gate = DispatchSemaphore(value: 0)
    var threads: [SystemThread] = []
    defer {
      for _ in threads { gate.signal() }
      for thread in threads { thread.join() }
    }
    for _ in 0..<count { threads.append(try SystemThread { gate.wait() }) }
  }
}

/// The system gives no further thread.
package struct ThreadError: ToolError, Equatable {
  /// The system's reason.
  package let code: Int32

  package init(code: Int32) { self.code = code }

  package var description: String {
    """
    the system refuses a thread: \(String(cString: strerror(code))); allow more memory ('ulimit -v') or more threads \
    ('ulimit -u'), or give fewer '--threads' where the tool has that option
    """
  }

  package var exitStatus: ExitStatus { .unavailable }
}

/// What a thread does.
private final class Work: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func run(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals are for the threads that expect them.
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  guard let work else { return nil }
  Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
  return nil
}
