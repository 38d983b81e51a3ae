package import Foundation
import Glibc
import Synchronization

/// A request as the server got it.
package struct ReceivedRequest: Sendable {
  package let path: String
  /// Names in lower case.
  package let headers: [String: String]
  package let body: Data
}

extension ReceivedRequest {
  /// Takes the first whole request off what has been received; nil where there is none yet.
  init?(takenFrom received: inout Data) {
    guard let separator = received.range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: received[..<separator.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let bodyEnd = separator.upperBound + (headers["content-length"].flatMap(Int.init) ?? 0)
    guard received.endIndex >= bodyEnd else { return nil }
    let body = Data(received[separator.upperBound..<bodyEnd])
    received = Data(received[bodyEnd...])
    let words = (lines.first ?? "").split(separator: " ")
    self.init(path: words.count > 1 ? String(words[1]) : "", headers: headers, body: body)
  }
}

/// The head of a response.
func head(_ status: Int, _ headers: [String: String], _ length: Int) -> Data {
  var text =
    "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n"
  for (name, value) in headers { text += "\(name): \(value)\r\n" }
  return Data((text + "\r\n").utf8)
}

/// What the server does about a request.
package enum ServerAnswer: Sendable {
  case respond(status: Int, headers: [String: String] = [:], body: Data)
  /// The head and half of the body, then the connection is reset.
  case reset(body: Data)
  /// The head and half of the body, then nothing until the other side closes the connection.
  case stall(body: Data)
  /// The body in so many pieces, with pauses of so many seconds between them.
  case trickle(body: Data, pieces: Int, pause: Double)
  /// Nothing for so many seconds, then the connection closes.
  case silence(seconds: Double)
}

/// An HTTP server on loopback that does what a test tells it to.
package final class LoopbackServer: Sendable {
  package let port: UInt16
  private let listener: Int32
  private let answer: @Sendable (ReceivedRequest) -> ServerAnswer
  private let state = Mutex(State())

  private struct State {
    var connections: Set<Int32> = []
    var connectionCount = 0
    var isStopped = false
  }

  /// - Parameter port: 0 for one that is free.
  package init(
    port: UInt16 = 0, answer: @escaping @Sendable (ReceivedRequest) -> ServerAnswer
  ) throws {
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (socket, size) = (listener, length)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) == 0 }
    }
    guard isBound, listen(listener, 256) == 0 else {
      close(listener)
      throw CocoaError(.fileWriteUnknown)
    }
    _ = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(socket, $0, &length)
      }
    }
    self.port = UInt16(bigEndian: address.sin_port)
    Thread { [self] in accept() }.start()
  }

  /// How many connections were made so far.
  package var connectionCount: Int { state.withLock { $0.connectionCount } }

  /// Ends the server and every connection.
  package func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      close(listener)
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  private func accept() {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      guard connection >= 0 else { return }
      let isOpen = state.withLock { state in
        state.connectionCount += 1
        return !state.isStopped && state.connections.insert(connection).inserted
      }
      guard isOpen else {
        close(connection)
        return
      }
      Thread { [self] in
        serve(connection)
        state.withLock { _ = $0.connections.remove(connection) }
        close(connection)
      }.start()
    }
  }

  private func serve(_ connection: Int32) {
    var received = Data()
    while let request = read(from: connection, &received) {
      switch answer(request) {
      case .respond(let status, let headers, let body):
        guard send(head(status, headers, body.count) + body, to: connection) else { return }
      case .reset(let body):
        _ = send(head(200, [:], body.count) + body.prefix(body.count / 2), to: connection)
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
          connection, SOL_SOCKET, SO_LINGER, &linger,
          socklen_t(MemoryLayout.size(ofValue: linger)))
        return
      case .stall(let body):
        _ = send(head(200, [:], body.count) + body.prefix(body.count / 2), to: connection)
      case .trickle(let body, let pieces, let pause):
        guard send(head(200, [:], body.count), to: connection) else { return }
        let size = max(1, (body.count + pieces - 1) / pieces)
        for start in stride(from: 0, to: body.count, by: size) {
          Thread.sleep(forTimeInterval: pause)
          let piece = body.dropFirst(start).prefix(size)
          guard send(Data(piece), to: connection) else { return }
        }
      case .silence(let seconds):
        Thread.sleep(forTimeInterval: seconds)
        return
      }
    }
  }

  /// The next request of a connection; nil when it is closed.
  private func read(from connection: Int32, _ received: inout Data) -> ReceivedRequest? {
    while true {
      if let request = ReceivedRequest(takenFrom: &received) { return request }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      received.append(contentsOf: buffer[..<count])
    }
  }

  private func send(_ data: Data, to connection: Int32) -> Bool {
    data.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          connection, bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }
}
