import Foundation
import TestSupport
import Testing

@Suite("srar-judge over TLS", .serialized, .enabled(if: TLSServer.isAvailable))
struct ChatJudgeTLSTests {
  /// Judges three rollouts through a server whose certificate nobody has signed but itself.
  private func judge(
    _ options: [String], environment: [String: String] = [:]
  ) throws -> (result: ToolProcess.Result, requests: Int) {
    let server = try TLSServer { request in
      JudgedProblems.Question(request).map {
        JudgedProblems.completion(JudgedProblems.verdicts($0))
      }
        ?? Data()
    }
    defer { server.stop() }
    let result = try ToolProcess.run(
      "srar-judge",
      [
        "--url", "https://127.0.0.1:\(server.port)/v1", "--model", "m", "--plain", "--concurrency",
        "1", "--retry-pause", "0.05",
      ] + options, input: JudgedProblems.stream(3), environment: environment)
    return (result, server.requestCount)
  }

  @Test("a certificate that nobody trusts ends the run before anything is sent")
  func refused() throws {
    let (result, requests) = try judge([])
    #expect(result.status == 69 && requests == 0)
    #expect(result.errorText.contains("TLS: "), "\(result.errorText)")
    #expect(result.errorText.contains("self-signed certificate"), "\(result.errorText)")
  }

  @Test("--ca-file trusts it, without a word")
  func trusted() throws {
    let (result, requests) = try judge(["--ca-file", TLSServer.certificate])
    #expect(result.status == 0 && requests == 3, "\(result.errorText)")
    #expect(result.text.components(separatedBy: #""status":"ok""#).count == 4)
    #expect(!result.errorText.contains("not verified"), "\(result.errorText)")
  }

  @Test("SSL_CERT_FILE trusts it, too, and '--ca-file' counts before it")
  func environment() throws {
    let environment = ["SSL_CERT_FILE": TLSServer.certificate]
    let (result, requests) = try judge([], environment: environment)
    #expect(result.status == 0 && requests == 3, "\(result.errorText)")
    let other = try judge(["--ca-file", "/etc/hostname"], environment: environment)
    #expect(other.result.status == 69 && other.requests == 0)
  }

  @Test("--insecure takes it, and says so")
  func insecure() throws {
    let (result, requests) = try judge(["--insecure"])
    #expect(result.status == 0 && requests == 3, "\(result.errorText)")
    #expect(
      result.errorText.contains("certificates are not verified ('--insecure')"),
      "\(result.errorText)")
  }
}
