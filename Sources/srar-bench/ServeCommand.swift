import ArgumentParser
import Diagnostics
import Filters
import Foundation
import Glibc
import JSONLines

/// `srar-bench serve`: a judge that takes its time, and no more of the processor than it must.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer chat completions on loopback, each so many milliseconds after it was asked.",
    discussion: """
      Prints its port. Every reply has a verdict on each of the items 1 to 5, under the code that the request's schema asks \
      for. Ends when its standard input does.
      """)

  @Option(help: ArgumentHelp("From the last byte of a request to its reply.", valueName: "ms"))
  var delay = 50

  mutating func validate() throws {
    guard (0...60_000).contains(delay) else {
      throw ValidationError("'--delay' must be in 0 ... 60000, but is \(delay)")
    }
  }

  func run() throws {
    var server = try SlowServer(delayNanoseconds: UInt64(delay) * 1_000_000)
    let output = try FileWriter(.standardOutput)
    try Array("\(server.port)\n".utf8).withUnsafeBytes { try output.write($0) }
    try server.serve()
  }
}

/// An HTTP server on one thread: one `select` over its connections, to the microsecond when the next reply is due.
private struct SlowServer {
  private struct Reply {
    let due: UInt64
    let connection: Int32
    let bytes: [UInt8]
  }

  let port: UInt16
  private let delay: UInt64
  private let listener: Int32
  /// The listener, standard input, and the connections.
  private var watched: Set<Int> = []
  /// What has been received of a request, by connection.
  private var received: [Int32: [UInt8]] = [:]
  /// All have the same delay, so that they are due in the order of the requests.
  private var replies: [Reply] = []
  private var firstReply = 0
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  init(delayNanoseconds: UInt64) throws {
    delay = delayNanoseconds
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = listener
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 && listen(socket, 1024) == 0
          && getsockname(socket, address, &length) == 0
      }
    }
    guard isBound else { throw SystemError("listen on", path: "127.0.0.1") }
    port = UInt16(bigEndian: address.sin_port)
    for descriptor in [listener, 0] { watch(descriptor) }
  }

  private mutating func watch(_ descriptor: Int32) { watched.insert(Int(descriptor)) }

  mutating func serve() throws {
    while true {
      var wait = timeval(tv_sec: 3600, tv_usec: 0)
      if let next = replies.dropFirst(firstReply).first {
        let microseconds = Int(next.due - min(now(), next.due)) / 1000
        wait = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
      }
      var set = fd_set()
      let highest = (watched.max() ?? 0) + 1
      withUnsafeMutableBytes(of: &set) { bytes in
        for descriptor in watched { bytes[descriptor / 8] |= 1 << UInt8(descriptor % 8) }
      }
      guard select(Int32(highest), &set, nil, nil, &wait) >= 0 || errno == EINTR else {
        throw SystemError("wait on", path: "127.0.0.1")
      }
      sendDue()
      let ready = withUnsafeBytes(of: &set) { bytes in
        watched.filter { bytes[$0 / 8] & 1 << UInt8($0 % 8) != 0 }
      }
      for descriptor in ready.map(Int32.init) {
        switch descriptor {
        case listener: accept()
        case 0: if Glibc.read(0, &buffer, buffer.count) <= 0 { return }
        default: receive(descriptor)
        }
      }
    }
  }

  private mutating func accept() {
    let connection = Glibc.accept(listener, nil, nil)
    // A set of select has room for 1,024.
    guard connection >= 0, connection < 1024 else { return }
    var one: Int32 = 1
    setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    received[connection] = []
    watch(connection)
  }

  private mutating func receive(_ descriptor: Int32) {
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count > 0, var bytes = received.removeValue(forKey: descriptor) else {
      watched.remove(Int(descriptor))
      received[descriptor] = nil
      close(descriptor)
      return
    }
    bytes.append(contentsOf: buffer[..<count])
    while let request = takeRequest(&bytes) { schedule(request, descriptor) }
    received[descriptor] = bytes
  }

  /// The first whole request; nil where there is none yet.
  private func takeRequest(_ received: inout [UInt8]) -> ArraySlice<UInt8>? {
    guard let head = received[...].firstRange(ofBytes: Self.headEnd),
      let name = received[..<head.lowerBound].firstRange(ofBytes: Self.lengthName)
    else { return nil }
    let digits = received[name.upperBound..<head.lowerBound].prefix { $0 != 0x0D }
    let end = head.upperBound + (Int(String(decoding: digits, as: UTF8.self)) ?? 0)
    guard received.count >= end else { return nil }
    let request = received[head.upperBound..<end]
    received = Array(received[end...])
    return request
  }

  private static let headEnd = Array("\r\n\r\n".utf8)
  private static let lengthName = Array("\r\nContent-Length: ".utf8)
  /// The schema gives the code as the only value of an enumeration.
  private static let codeName = Array(#""code":{"type":"string","enum":["#.utf8)

  private mutating func schedule(_ request: ArraySlice<UInt8>, _ connection: Int32) {
    let start = request.suffix(1024).firstRange(ofBytes: Self.codeName)?.upperBound
    let code = start.map { request[$0...].dropFirst().prefix(16) } ?? []
    let bytes = Self.reply.start + code + Self.reply.end
    replies.append(Reply(due: now() + delay, connection: connection, bytes: bytes))
  }

  /// A reply up to the code, which has 16 digits, and from there on.
  private static let reply: (start: [UInt8], end: [UInt8]) = {
    let verdicts = (1...5).map { #"{\"id\":\#($0),\"satisfied\":true,\"step\":1}"# }
    let start = #"{"choices":[{"message":{"role":"assistant","content":"{\"code\":\""#
    let end =
      #"\",\"verdicts\":[\#(verdicts.joined(separator: ","))]}"},"finish_reason":"stop"}],"#
      + #""usage":{"prompt_tokens":900,"completion_tokens":80}}"#
    let length = start.utf8.count + 16 + end.utf8.count
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
    return (Array((head + start).utf8), Array(end.utf8))
  }()

  private mutating func sendDue() {
    let now = now()
    while firstReply < replies.count, replies[firstReply].due <= now {
      let reply = replies[firstReply]
      firstReply += 1
      guard received[reply.connection] != nil else { continue }
      _ = send(reply.connection, reply.bytes, reply.bytes.count, Int32(MSG_NOSIGNAL))
    }
    if firstReply > 4096 || firstReply == replies.count {
      replies.removeFirst(firstReply)
      firstReply = 0
    }
  }

  private func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
