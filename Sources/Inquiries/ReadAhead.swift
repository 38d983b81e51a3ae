// Reading ahead while replies are awaited, and writing in the order of the input.

import Diagnostics

/// Reads and asks on a thread of its own, and awaits and writes on the caller's, so that what is done leaves as soon as it and what is
/// before it are there, whether or not more input comes.
///
/// - Parameters:
///   - window: how many elements may be read and not yet written.
///   - read: reads everything and gives each element to the closure that it is called with. It is handed over as a whole: nobody else may
///     touch what it reads from until this function has returned.
///   - write: deals with an element. An error that it returns, rather than throws, ends the run only when what is under way is done.
///   - awaitRest: waits for an element that will not be written.
///   - flush: called before a longer wait.
/// - Throws: `ThreadError` where the system gives no thread, and what the closures throw.
package func withReadAhead<Element>(
  window: Int, reading read: @escaping ((Element) throws -> Void) throws -> Void,
  writing write: (Element) throws -> (any Error)?, awaitingRest awaitRest: (Element) throws -> Void,
  flushing flush: () throws -> Void
) throws {
  let handover = Handover<Element>(capacity: window)
  nonisolated(unsafe) let work = { try read { try handover.put($0) } }
  let thread = try SystemThread(stackBytes: 8 << 20) {
    handover.end(Result { try work() })
  }
  thread.detach()
  do {
    while let element = try handover.next(flush) {
      guard let error = try write(element) else { continue }
      for element in handover.abandon() { try awaitRest(element) }
      throw error
    }
  } catch {
    _ = handover.abandon()
    throw error
  }
}
