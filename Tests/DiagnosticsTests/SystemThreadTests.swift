import Diagnostics
import Foundation
import Synchronization
import Testing

@Suite("Threads of the system")
struct SystemThreadTests {
  @Test("run their work, also when nobody waits for it")
  func runs() throws {
    let done = DispatchSemaphore(value: 0)
    try SystemThread(stackBytes: 1 << 20) { done.signal() }.detach()
    done.wait()
    let sum = Mutex(0)
    let threads = try (1...4).map { number in
      try SystemThread { sum.withLock { $0 += number } }
    }
    for thread in threads { thread.join() }
    #expect(sum.withLock { $0 } == 10)
  }

  @Test("that the system refuses are an error that says what to do")
  func refused() {
    let error = #expect(throws: ThreadError.self) { _ = try SystemThread(stackBytes: 1 << 52) {} }
    #expect(error?.exitStatus == .unavailable)
    #expect(error?.description.contains("the system refuses a thread: ") == true)
    #expect(error?.description.contains("'ulimit -u'") == true)
  }
}
