package import Foundation
import Glibc
import Synchronization

/// An HTTPS server on loopback: `openssl s_server` does the TLS, with the certificate of the fixtures, and the answers are a test's.
///
/// It has one connection at a time.
package final class TLSServer: Sendable {
  package static let certificate = Fixtures.url("tls/server-certificate.pem").path

  /// Whether there is an `openssl` to run.
  package static let isAvailable = FileManager.default.isExecutableFile(atPath: tool)
  private static let tool = "/usr/bin/openssl"

  package let port: UInt16
  private let process = Mutex(Process())
  private let requests = Mutex(0)

  /// - Parameter answer: the body of the response to a request, whose status is 200.
  package init(answer: @escaping @Sendable (ReceivedRequest) -> Data) throws {
    // A port that was free a moment ago.
    let probe = try LoopbackServer { _ in .silence(seconds: 0) }
    port = probe.port
    probe.stop()
    let (toServer, fromServer) = (Pipe(), Pipe())
    let port = port
    try process.withLock { process in
      process.executableURL = URL(fileURLWithPath: Self.tool)
      process.arguments = [
        "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", Self.certificate, "-key",
        Fixtures.url("tls/server-key.pem").path,
      ]
      process.standardInput = toServer
      process.standardOutput = fromServer
      process.standardError = FileHandle.nullDevice
      try process.run()
    }
    Thread { [self] in
      var received = Data()
      while true {
        let data = fromServer.fileHandleForReading.availableData
        guard !data.isEmpty else { return }
        received.append(data)
        while let request = ReceivedRequest(takenFrom: &received) {
          requests.withLock { $0 += 1 }
          let body = answer(request)
          guard
            (try? toServer.fileHandleForWriting.write(contentsOf: head(200, [:], body.count) + body))
              != nil
          else { return }
        }
      }
    }.start()
    try waitUntilListening()
  }

  /// How many requests came through TLS.
  package var requestCount: Int { requests.withLock { $0 } }

  /// Ends the server, which keeps nothing that it should put away; a gentler signal may be blocked in what a test starts.
  package func stop() { process.withLock { _ = kill($0.processIdentifier, SIGKILL) } }

  private func waitUntilListening() throws {
    for _ in 0..<500 {
      let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(connection) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if isConnected { return }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw CocoaError(.fileReadNoSuchFile)
  }
}
