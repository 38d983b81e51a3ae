// The one thread that all transfers run on.

internal import CCurl
internal import Foundation
internal import Synchronization

/// Runs transfers; everything but `submit` and `stop` happens on its thread.
final class TransferLoop: @unchecked Sendable {
  private struct Inbox {
    var transfers: [Transfer] = []
    var isStopping = false
  }

  private let settings: HTTPSettings
  private let multi: OpaquePointer
  private let inbox = Mutex(Inbox())
  private var active: [UnsafeMutableRawPointer: Transfer] = [:]
  /// Handles without a transfer; never more than there were transfers at once.
  private var idle: [UnsafeMutableRawPointer] = []

  init(_ settings: HTTPSettings) {
    self.settings = settings
    // Once a process; it is not thread-safe in older libraries, and a tool makes its client before it has threads.
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    multi = OpaquePointer(curl_multi_init())
    let connections = settings.maximumConnections
    srar_curl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
    srar_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connections + 4)
  }

  deinit {
    for easy in idle { curl_easy_cleanup(easy) }
    curl_multi_cleanup(handle)
  }

  private var handle: UnsafeMutableRawPointer { UnsafeMutableRawPointer(multi) }

  func start() {
    let thread = Thread { [self] in run() }
    thread.name = "srar.http"
    thread.start()
  }

  /// Hands a transfer over, from any thread.
  func submit(_ transfer: Transfer) {
    inbox.withLock { $0.transfers.append(transfer) }
    curl_multi_wakeup(handle)
  }

  /// Ends the thread once the transfers under way are done.
  func stop() {
    inbox.withLock { $0.isStopping = true }
    curl_multi_wakeup(handle)
  }

  private func run() {
    while true {
      let (transfers, isStopping) = inbox.withLock { inbox in
        defer { inbox.transfers = [] }
        return (inbox.transfers, inbox.isStopping)
      }
      for transfer in transfers { begin(transfer) }
      var running: Int32 = 0
      curl_multi_perform(handle, &running)
      finishDone()
      if isStopping && active.isEmpty { return }
      // A submission wakes it up; the time is for the stall limits.
      curl_multi_poll(handle, nil, 0, 500, nil)
    }
  }

  private func begin(_ transfer: Transfer) {
    guard let easy = idle.popLast() ?? curl_easy_init() else {
      return transfer.fail(.broken("libcurl has no memory"))
    }
    if let error = transfer.configure(easy, settings) {
      retire(easy)
      return transfer.fail(error)
    }
    active[easy] = transfer
    curl_multi_add_handle(handle, easy)
  }

  private func finishDone() {
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(handle, &remaining) {
      var result = CURLE_OK
      guard let easy = srar_curl_done_transfer(message, &result) else { continue }
      curl_multi_remove_handle(handle, easy)
      active.removeValue(forKey: easy)?.finish(easy, result)
      retire(easy)
    }
  }

  /// Keeps a handle for the next transfer: making one costs more than clearing one.
  private func retire(_ easy: UnsafeMutableRawPointer) {
    curl_easy_reset(easy)
    idle.append(easy)
  }
}
