internal import Dispatch
internal import Synchronization

/// Work in a fixed number of lanes, by any number of threads.
///
/// What a lane computes depends on its index alone, so results do not depend on how many threads there are or which of
/// them took which lane.
package enum Lanes {
  /// Runs `body` once for each lane; returns when all are done.
  ///
  /// - Parameter body: takes the lane, and the worker that runs it, below `threadCount`: no two calls at a time have the same
  ///   worker, so that scratch memory can be the worker's. Results must depend on the lane alone.
  package static func run(
    count: Int, threadCount: Int, body: @Sendable (_ lane: Int, _ worker: Int) -> Void
  ) {
    let workers = max(1, min(count, threadCount))
    guard workers > 1 else {
      for lane in 0..<count { body(lane, 0) }
      return
    }
    let next = Atomic(0)
    @Sendable func work(_ worker: Int) {
      while true {
        let lane = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard lane < count else { return }
        body(lane, worker)
      }
    }
    if !ThreadTeam.shared.run(workerCount: workers, work) {
      DispatchQueue.concurrentPerform(iterations: workers, execute: work)
    }
  }

  /// Runs every task once, beginning with the first; each takes the worker that runs it.
  package static func run(_ tasks: [@Sendable (_ worker: Int) -> Void], threadCount: Int) {
    run(count: tasks.count, threadCount: threadCount) { task, worker in tasks[task](worker) }
  }
}
