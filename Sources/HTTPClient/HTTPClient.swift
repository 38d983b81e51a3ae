// The door: requests in, responses out, many at once.

internal import CCurl
package import Diagnostics

/// How connections are made.
package struct HTTPSettings: Sendable {
  /// Seconds until a connection stands.
  package var connectLimit: Double = 10
  /// Connections to one host at the same time; HTTP/2 shares them.
  package var maximumConnections = 64
  /// A file of certificates that are trusted instead of the system's.
  package var caFile: String?
  /// A folder of certificates that are trusted instead of the system's, named by their hashes.
  package var caFolder: String?
  /// Any certificate is taken for good: for tests of one's own.
  package var isInsecure = false

  package init() {}
}

/// An HTTP client over libcurl's multi interface.
///
/// Connections are kept and shared, TLS is verified, HTTP/2 is used where it is offered, proxies are those of the environment, and
/// no redirect is followed, so that a key goes nowhere but where it was meant for.
package final class HTTPClient: Sendable {
  private let loop: TransferLoop

  /// - Throws: `ThreadError` where the system gives no thread for the transfers.
  package init(_ settings: HTTPSettings = HTTPSettings()) throws(ThreadError) {
    loop = TransferLoop(settings)
    try loop.start()
  }

  deinit { loop.stop() }

  /// Runs tasks on the client's own thread: tasks that do little but ask and read replies spare two changes of thread a request.
  package var executor: any TaskExecutor { loop }

  /// Makes a request and waits for its response, whatever its status.
  package func perform(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let result = await withCheckedContinuation { continuation in
      loop.submit(Transfer(request, continuation))
    }
    return try result.get()
  }
}

/// The version of libcurl, such as "libcurl/7.88.1 OpenSSL/3.0.15 …".
package var curlVersion: String { String(cString: curl_version()) }
