// Which sockets have something to do, as the kernel tells.

internal import CCurl
internal import Glibc

/// Sockets that are watched with epoll, and a bell that wakes up whoever waits for them.
///
/// One thread watches and waits; any thread rings.
final class SocketEvents: @unchecked Sendable {
  /// Something that happened.
  struct Event {
    let socket: Int32
    /// libcurl's bits, `CURL_CSELECT_…`.
    let action: Int32
  }

  private let queue: Int32
  private let bell: Int32
  private var watched: Set<Int32> = []
  private var buffer = [epoll_event](repeating: epoll_event(), count: 64)

  init() {
    queue = epoll_create1(Int32(EPOLL_CLOEXEC))
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(queue >= 0 && bell >= 0, "the process has no descriptors left")
    control(EPOLL_CTL_ADD, bell, EPOLLIN.rawValue)
  }

  deinit {
    close(bell)
    close(queue)
  }

  /// Ends the wait under way, or the next one.
  func ring() {
    var one: UInt64 = 1
    // It fails only where the bell has rung 2⁶⁴ times unheard.
    _ = write(bell, &one, MemoryLayout<UInt64>.size)
  }

  /// Watches a socket for what libcurl wants to know of it, `CURL_POLL_…`.
  func watch(_ socket: Int32, for interest: Int32) {
    if interest == CURL_POLL_REMOVE {
      if watched.remove(socket) != nil { control(EPOLL_CTL_DEL, socket, 0) }
      return
    }
    var events: UInt32 = 0
    if interest & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
    if interest & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
    let isNew = watched.insert(socket).inserted
    control(isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, events)
  }

  /// What happens within so many milliseconds; nil waits for as long as it takes.
  func wait(milliseconds: Int?) -> [Event] {
    let limit = milliseconds.map { Int32(clamping: $0) } ?? -1
    let count = epoll_wait(queue, &buffer, Int32(buffer.count), limit)
    return buffer.prefix(max(Int(count), 0)).compactMap { event in
      guard event.data.fd != bell else {
        var rings: UInt64 = 0
        _ = read(bell, &rings, MemoryLayout<UInt64>.size)
        return nil
      }
      var action: Int32 = 0
      if event.events & EPOLLIN.rawValue != 0 { action |= CURL_CSELECT_IN }
      if event.events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
      if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_ERR }
      return Event(socket: event.data.fd, action: action)
    }
  }

  private func control(_ operation: Int32, _ socket: Int32, _ events: UInt32) {
    var event = epoll_event(events: events, data: epoll_data_t(fd: socket))
    // A socket that was closed before libcurl said so has left by itself.
    epoll_ctl(queue, operation, socket, &event)
  }
}
