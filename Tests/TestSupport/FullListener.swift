import Foundation
import Glibc

/// A port on loopback that lets nobody in: its queue of connections is full, and nobody takes them from it.
package final class FullListener {
  package let port: UInt16
  private var sockets: [Int32] = []

  /// - Returns: nil where this system lets connections in regardless.
  package init?() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    sockets = [listener]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 0) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard isListening else { return nil }
    // Connections that are asked for until one of them is let wait.
    for _ in 0..<16 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      sockets.append(client)
      _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
      }
      var state = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
      if poll(&state, 1, 200) == 0 { return }
    }
    return nil
  }

  deinit { for socket in sockets { close(socket) } }
}
