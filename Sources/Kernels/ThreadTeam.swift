internal import CKernels
internal import Diagnostics
internal import Dispatch
internal import Foundation
internal import Synchronization

/// Threads that take part in one piece of work after the other.
///
/// Between pieces they look out for the next one for a while before they sleep: a decoding step hands work over hundreds of times
/// within milliseconds, and waking a thread costs as much as many of its pieces.
///
/// Nobody waits for a thread that comes late: it may join a piece while there is something left of it, and only threads that have joined
/// are waited for. Where the system refuses threads, those that there are do the work.
final class ThreadTeam: Sendable {
  static let shared = ThreadTeam()

  /// What is to be done; each thread that joins calls it once, with a number of its own.
  typealias Work = @Sendable (_ worker: Int) -> Void

  private let isTaken = Atomic(false)
  private let stage = Stage()
  private let members = Mutex(Members())

  private struct Members {
    var list: [Member] = []
    /// Whether the system has refused a thread: it is not asked again, since pieces of work take less time than the answer.
    var isComplete = false
  }

  /// Runs `work` on the calling thread, as worker 0, and on up to `workerCount` − 1 others at the same time, each as another worker;
  /// returns when all who began it are done. `work` must be complete once any one of them has returned from it, but for what the
  /// others are at.
  ///
  /// - Returns: false, with nothing done, while the team is at other work.
  func run(workerCount: Int, _ work: Work) -> Bool {
    guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
    defer { isTaken.store(false, ordering: .releasing) }
    withoutActuallyEscaping(work) { work in
      let members = members(atLeast: workerCount - 1)
      stage.open(work, workerCount: workerCount)
      for member in members { member.wake() }
      work(0)
      stage.close()
    }
    return true
  }

  private func members(atLeast count: Int) -> [Member] {
    members.withLock { members in
      while members.list.count < count, !members.isComplete {
        let member = Member(number: members.list.count + 1, stage: stage)
        do {
          try member.start()
          members.list.append(member)
        } catch {
          members.isComplete = true
        }
      }
      return Array(members.list.prefix(count))
    }
  }
}

/// The piece of work that is being done, if any.
private final class Stage: @unchecked Sendable {
  /// How many pieces there have been, times 2³², plus `closed` between pieces, plus how many members are at the present one.
  private let state = Atomic<UInt64>(closed)
  private static let closed: UInt64 = 1 << 31
  private static let onePiece: UInt64 = 1 << 32
  private static var memberBits: UInt64 { closed - 1 }

  // Written only while the stage is closed and nobody is at work; read by those who have joined.
  private var work: ThreadTeam.Work = { _ in }
  private var workerCount = 0

  func open(_ work: @escaping ThreadTeam.Work, workerCount: Int) {
    self.work = work
    self.workerCount = workerCount
    let piece = state.load(ordering: .relaxed) / Self.onePiece
    state.store((piece + 1) &* Self.onePiece, ordering: .sequentiallyConsistent)
  }

  /// Lets nobody join any more, and waits for those who have.
  func close() {
    state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
    var turns = 0
    while state.load(ordering: .acquiring) & Self.memberBits != 0 {
      turns += 1
      if turns < ThreadTeam.patience { pause_spinning() } else { sched_yield() }
    }
    work = { _ in }
  }

  /// Whether a piece after `last` is open to members.
  func hasPiece(after last: UInt64) -> Bool {
    let state = state.load(ordering: .sequentiallyConsistent)
    return state & Self.closed == 0 && state / Self.onePiece != last
  }

  /// Takes part in the open piece, unless it is `last` or closed; gives its number.
  func join(as worker: Int, after last: UInt64) -> UInt64? {
    var found = state.load(ordering: .acquiring)
    while found & Self.closed == 0, found / Self.onePiece != last {
      let (joined, now) = state.weakCompareExchange(
        expected: found, desired: found + 1, ordering: .acquiringAndReleasing)
      guard joined else {
        found = now
        continue
      }
      if worker < workerCount { work(worker) }
      state.subtract(1, ordering: .releasing)
      return found / Self.onePiece
    }
    return nil
  }
}

extension ThreadTeam {
  /// Turns of looking out before a thread sleeps: some tenths of a millisecond.
  fileprivate static let patience = 8000
}

/// One thread of the team.
private final class Member: Sendable {
  private let number: Int
  private let stage: Stage
  private let isAsleep = Atomic(false)
  private let bell = DispatchSemaphore(value: 0)

  init(number: Int, stage: Stage) {
    self.number = number
    self.stage = stage
  }

  /// - Throws: where the system refuses a thread.
  func start() throws(ThreadError) {
    _ = try SystemThread { [self] in
      var last: UInt64 = 0
      while true {
        waitForPiece(after: last)
        if let piece = stage.join(as: number, after: last) { last = piece }
      }
    }
  }

  func wake() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { bell.signal() }
  }

  private func waitForPiece(after last: UInt64) {
    for _ in 0..<ThreadTeam.patience {
      if stage.hasPiece(after: last) { return }
      pause_spinning()
    }
    isAsleep.store(true, ordering: .sequentiallyConsistent)
    // A piece that was opened just before was announced to nobody; one that is opened from here on rings the bell.
    if stage.hasPiece(after: last), isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
      return
    }
    bell.wait()
  }
}
