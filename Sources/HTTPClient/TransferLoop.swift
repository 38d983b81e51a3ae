// The one thread that all transfers run on.

internal import CCurl
internal import Diagnostics
internal import Dispatch
internal import Synchronization

/// Runs transfers; everything but `submit` and `stop` happens on its thread.
///
/// libcurl says which sockets it wants to hear of and when it wants to be called in any case; it is called for the sockets that have
/// something to do and touches no other transfer, so that a reply costs the same however many are awaited.
///
/// As an executor it runs what tasks do between their requests, too, so that no thread must wake another up for that.
final class TransferLoop: TaskExecutor, @unchecked Sendable {
  private struct Inbox {
    var transfers: [Transfer] = []
    /// Parts of tasks that can go on.
    var jobs: [UnownedJob] = []
    var isStopping = false
    /// Whether the thread must be woken up to look here.
    var isThreadWaiting = false
  }

  private let settings: HTTPSettings
  private let multi: OpaquePointer
  private let inbox = Mutex(Inbox())
  private let events = SocketEvents()
  private var active: [UnsafeMutableRawPointer: Transfer] = [:]
  /// Handles without a transfer; never more than there were transfers at once.
  private var idle: [UnsafeMutableRawPointer] = []
  /// When libcurl wants to be called, in nanoseconds of uptime; nil where it waits for sockets alone.
  private var alarm: UInt64?
  private var nextStallCheck: UInt64 = 0

  init(_ settings: HTTPSettings) {
    self.settings = settings
    // Once a process; it is not thread-safe in older libraries, and a tool makes its client before it has threads.
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    multi = OpaquePointer(curl_multi_init())
    let connections = settings.maximumConnections
    srar_curl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
    srar_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connections + 4)
    let context = Unmanaged.passUnretained(self).toOpaque()
    srar_curl_multi_set_socket_callback(
      handle,
      { _, socket, interest, context, _ in
        TransferLoop.from(context)?.events.watch(socket, for: interest)
        return 0
      }, context)
    srar_curl_multi_set_timer_callback(
      handle,
      { _, milliseconds, context in
        TransferLoop.from(context)?.alarm =
          milliseconds < 0 ? nil : uptime() + UInt64(milliseconds) * 1_000_000
        return 0
      }, context)
  }

  deinit {
    for easy in idle { curl_easy_cleanup(easy) }
    srar_curl_multi_set_socket_callback(handle, nil, nil)
    srar_curl_multi_set_timer_callback(handle, nil, nil)
    curl_multi_cleanup(handle)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> TransferLoop? {
    context.map { Unmanaged<TransferLoop>.fromOpaque($0).takeUnretainedValue() }
  }

  private var handle: UnsafeMutableRawPointer { UnsafeMutableRawPointer(multi) }

  /// - Throws: `ThreadError` where the system gives no thread.
  func start() throws(ThreadError) {
    try SystemThread(stackBytes: 8 << 20) { [self] in run() }.detach()
  }

  /// Hands a transfer over, from any thread.
  func submit(_ transfer: Transfer) { notify { $0.transfers.append(transfer) } }

  /// Runs a part of a task on the thread.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    notify { $0.jobs.append(job) }
  }

  /// Ends the thread once the transfers under way are done.
  func stop() { notify { $0.isStopping = true } }

  private func notify(_ change: (inout Inbox) -> Void) {
    let mustRing = inbox.withLock { inbox in
      change(&inbox)
      defer { inbox.isThreadWaiting = false }
      return inbox.isThreadWaiting
    }
    if mustRing { events.ring() }
  }

  private func run() {
    while true {
      emptyInbox()
      if let time = alarm, time <= uptime() {
        alarm = nil
        act(on: CURL_SOCKET_TIMEOUT, 0)
      }
      finishDone()
      failStalled()
      switch next() {
      case .lookAgain: continue
      case .end: return
      case .wait:
        for event in events.wait(milliseconds: millisecondsToWait) {
          act(on: event.socket, event.action)
        }
      }
    }
  }

  /// Does what other threads, and the jobs themselves, have asked for, until nothing is left.
  private func emptyInbox() {
    while true {
      let (jobs, transfers) = inbox.withLock { inbox in
        defer {
          inbox.jobs = []
          inbox.transfers = []
        }
        inbox.isThreadWaiting = false
        return (inbox.jobs, inbox.transfers)
      }
      if jobs.isEmpty && transfers.isEmpty { return }
      for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
      for transfer in transfers { begin(transfer) }
    }
  }

  private enum Next { case lookAgain, wait, end }

  private func next() -> Next {
    inbox.withLock { inbox in
      guard inbox.jobs.isEmpty && inbox.transfers.isEmpty else { return .lookAgain }
      if inbox.isStopping && active.isEmpty { return .end }
      inbox.isThreadWaiting = true
      return .wait
    }
  }

  /// Until the alarm or the next look for stalled transfers; nil where only sockets and the bell count.
  private var millisecondsToWait: Int? {
    guard let time = active.isEmpty ? alarm : min(alarm ?? .max, nextStallCheck) else { return nil }
    let now = uptime()
    return time <= now ? 0 : Int((time - now + 999_999) / 1_000_000)
  }

  private func act(on socket: curl_socket_t, _ action: Int32) {
    var running: Int32 = 0
    curl_multi_socket_action(handle, socket, action, &running)
  }

  private func begin(_ transfer: Transfer) {
    guard let easy = idle.popLast() ?? newHandle() else {
      return transfer.fail(.broken("libcurl has no memory"))
    }
    if let error = transfer.configure(easy) {
      idle.append(easy)
      return transfer.fail(error)
    }
    active[easy] = transfer
    curl_multi_add_handle(handle, easy)
  }

  /// A handle with everything that all transfers have in common.
  private func newHandle() -> UnsafeMutableRawPointer? {
    let easy = curl_easy_init()
    if let easy { Transfer.prepare(easy, settings) }
    return easy
  }

  private func finishDone() {
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(handle, &remaining) {
      var result = CURLE_OK
      guard let easy = srar_curl_done_transfer(message, &result) else { continue }
      active[easy]?.finish(easy, result)
      retire(easy)
    }
  }

  /// libcurl's own limit of this kind counts from before the first byte, which a model may think about for long.
  private func failStalled() {
    let now = uptime()
    guard now >= nextStallCheck else { return }
    nextStallCheck = now + 250_000_000
    for (easy, transfer) in active where transfer.isStalled(at: now) {
      transfer.failAsStalled()
      retire(easy)
    }
  }

  /// Keeps a handle for the next transfer: making one costs more than setting one up again.
  private func retire(_ easy: UnsafeMutableRawPointer) {
    curl_multi_remove_handle(handle, easy)
    active.removeValue(forKey: easy)
    Transfer.release(easy)
    idle.append(easy)
  }
}

/// Nanoseconds on a clock that never goes back.
func uptime() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
