import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct LanesTests {
  /// How often each lane ran, and whether a worker was ever at two lanes at a time.
  private final class Tally: Sendable {
    private let runs: Mutex<[Int]>
    private let busy: Mutex<Set<Int>> = Mutex([])
    private let overlaps = Atomic(0)

    init(laneCount: Int) { runs = Mutex(Array(repeating: 0, count: laneCount)) }

    func run(_ lane: Int, _ worker: Int, work: () -> Void = {}) {
      if !busy.withLock({ $0.insert(worker).inserted }) {
        overlaps.wrappingAdd(1, ordering: .relaxed)
      }
      runs.withLock { $0[lane] += 1 }
      work()
      _ = busy.withLock { $0.remove(worker) }
    }

    /// Whether every lane ran once, each worker at one after the other.
    var isRight: Bool {
      runs.withLock { $0.allSatisfy { $0 == 1 } } && overlaps.load(ordering: .relaxed) == 0
    }
  }

  @Test("lanes all run once, each worker one at a time", arguments: [1, 2, 5])
  func once(threadCount: Int) {
    let tally = Tally(laneCount: 40)
    let largest = Atomic(0)
    Lanes.run(count: 40, threadCount: threadCount) { lane, worker in
      largest.max(worker, ordering: .relaxed)
      tally.run(lane, worker)
    }
    #expect(tally.isRight)
    #expect(largest.load(ordering: .relaxed) < threadCount)
  }

  @Test("lanes in stretches all run once, each stretch in order", arguments: [1, 2, 5, 60])
  func inStretches(threadCount: Int) {
    let count = 43
    let taken = Mutex<[(lane: Int, worker: Int)]>([])
    let tally = Tally(laneCount: count)
    Lanes.run(count: count, threadCount: threadCount) { lane, worker in
      tally.run(lane, worker) { taken.withLock { $0.append((lane, worker)) } }
    }
    #expect(tally.isRight)
    let workers = min(count, threadCount)
    let stretches = (0..<workers).map { $0 * count / workers..<($0 + 1) * count / workers }
    let order = taken.withLock { $0 }
    for worker in Set(order.map(\.worker)) {
      let lanes = order.filter { $0.worker == worker }.map(\.lane)
      for stretch in stretches {
        let own = lanes.filter(stretch.contains)
        #expect(own == own.sorted(), "worker \(worker)")
      }
    }
    // The caller, worker 0, is there from the beginning.
    #expect(order.contains { $0.lane == 0 })
    #expect(threadCount > 1 || order.map(\.lane) == Array(0..<count))
  }

  @Test(
    "work is handed over thousands of times, and none of it is lost or done twice",
    arguments: [2, 3, 8])
  func handedOver(threadCount: Int) {
    var wrong = 0
    for turn in 0..<20_000 {
      let sum = Atomic(0)
      Lanes.run(count: 1 + turn % 7, threadCount: threadCount) { lane, _ in
        sum.wrappingAdd(lane + 1, ordering: .relaxed)
      }
      let count = 1 + turn % 7
      if sum.load(ordering: .relaxed) != count * (count + 1) / 2 { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test("threads that have gone to sleep come back")
  func asleep() {
    for pause in [0.0001, 0.0005, 0.002, 0.02, 0.1] {
      for _ in 0..<20 {
        let tally = Tally(laneCount: 16)
        Lanes.run(count: 16, threadCount: 4) { lane, worker in tally.run(lane, worker) }
        #expect(tally.isRight)
        Thread.sleep(forTimeInterval: pause / 4)
      }
    }
  }

  @Test("two threads are at work at the same time")
  func together() {
    // Each lane waits for the other to have begun: one thread alone would wait in vain.
    let begun = Atomic(0)
    let met = Atomic(0)
    Lanes.run(count: 2, threadCount: 2) { _, _ in
      begun.wrappingAdd(1, ordering: .sequentiallyConsistent)
      let end = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < end {
        if begun.load(ordering: .sequentiallyConsistent) == 2 {
          met.wrappingAdd(1, ordering: .relaxed)
          return
        }
      }
    }
    #expect(met.load(ordering: .relaxed) == 2)
  }

  @Test("lanes inside lanes, and of several callers at once, all run")
  func nested() async {
    let count = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let sum = Atomic(0)
          for _ in 0..<100 {
            Lanes.run(count: 3, threadCount: 3) { _, _ in
              Lanes.run(count: 5, threadCount: 2) { lane, _ in
                sum.wrappingAdd(lane, ordering: .relaxed)
              }
            }
          }
          return sum.load(ordering: .relaxed)
        }
      }
      return await group.reduce(0, +)
    }
    #expect(count == 4 * 100 * 3 * 10)
  }
}
