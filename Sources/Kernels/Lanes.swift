internal import Synchronization

/// Work in a fixed number of lanes, by any number of threads.
///
/// What a lane computes depends on its index alone, so results do not depend on how many threads there are or which of
/// them took which lane.
package enum Lanes {
  /// Runs `body` once for each lane; returns when all are done.
  ///
  /// Lanes that follow each other read memory that does, mostly, so each worker takes a stretch of its own from its beginning on, and
  /// then what is left of the others'.
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
    let stretches = Stretches(of: count, count: workers)
    run(workers) { worker in
      for others in 0..<workers {
        while let lane = stretches.next(in: (worker + others) % workers) { body(lane, worker) }
      }
    }
  }

  /// Runs every task once, beginning with the first; each takes the worker that runs it.
  package static func run(_ tasks: [@Sendable (_ worker: Int) -> Void], threadCount: Int) {
    let next = Atomic(0)
    run(max(1, min(tasks.count, threadCount))) { worker in
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < tasks.count else { return }
        tasks[task](worker)
      }
    }
  }

  /// A caller that finds the team at other work does its own alone: that goes on elsewhere, on as many threads as are to be at work.
  private static func run(_ workers: Int, _ work: ThreadTeam.Work) {
    if workers == 1 || !ThreadTeam.shared.run(workerCount: workers, work) { work(0) }
  }
}

/// Lanes in stretches of like size, which are taken one by one.
private struct Stretches: ~Copyable, @unchecked Sendable {
  private let laneCount: Int
  private let count: Int
  /// Of each stretch.
  private let nextLanes: UnsafeMutablePointer<Atomic<Int>>

  init(of laneCount: Int, count: Int) {
    self.laneCount = laneCount
    self.count = count
    nextLanes = .allocate(capacity: count)
    for stretch in 0..<count {
      (nextLanes + stretch).initialize(to: Atomic(stretch * laneCount / count))
    }
  }

  deinit {
    nextLanes.deinitialize(count: count)
    nextLanes.deallocate()
  }

  /// The next lane of a stretch, if there is one left.
  func next(in stretch: Int) -> Int? {
    let lane = nextLanes[stretch].wrappingAdd(1, ordering: .relaxed).oldValue
    return lane < (stretch + 1) * laneCount / count ? lane : nil
  }
}
