// One request under way.

internal import CCurl
internal import Foundation

/// A request, what has come of it so far, and who waits for it. Used by one thread at a time: the maker's, then the loop's.
final class Transfer: @unchecked Sendable {
  typealias Outcome = Result<HTTPResponse, HTTPError>

  private let request: HTTPRequest
  private let continuation: CheckedContinuation<Outcome, Never>
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var body: [UInt8] = []
  private var headers: [String: String] = [:]
  /// When the last bytes of the body came; nil before the first.
  private var lastBytes: UInt64?
  private var isTooLarge = false

  init(_ request: HTTPRequest, _ continuation: CheckedContinuation<Outcome, Never>) {
    self.request = request
    self.continuation = continuation
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_slist_free_all(headerList)
    message.deallocate()
  }

  func fail(_ error: HTTPError) { continuation.resume(returning: .failure(error)) }

  /// Sets a new handle up with what all requests have in common.
  static func prepare(_ easy: UnsafeMutableRawPointer, _ settings: HTTPSettings) {
    srar_curl_allow_only_http(easy)
    srar_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    srar_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    srar_curl_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
    srar_curl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "")
    srar_curl_set_long(
      easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(settings.connectLimit))
    srar_curl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
    if let file = settings.caFile { srar_curl_set_string(easy, CURLOPT_CAINFO, file) }
    if let folder = settings.caFolder { srar_curl_set_string(easy, CURLOPT_CAPATH, folder) }
    srar_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, settings.isInsecure ? 0 : 1)
    srar_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, settings.isInsecure ? 0 : 2)
    srar_curl_set_sink(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      return transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    srar_curl_set_sink(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
      return size * count
    }
  }

  /// Sets a prepared handle up for this request, whatever it was used for before; an error where the request cannot be made.
  func configure(_ easy: UnsafeMutableRawPointer) -> HTTPError? {
    srar_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
    guard srar_curl_set_string(easy, CURLOPT_URL, request.url) == CURLE_OK else {
      Self.release(easy)
      return .badAddress("libcurl does not take it")
    }
    srar_curl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.totalLimit))
    for header in request.headers {
      headerList = curl_slist_append(headerList, "\(header.name): \(header.value)")
    }
    // No waiting for leave to send a body.
    headerList = curl_slist_append(headerList, "Expect:")
    srar_curl_set_list(easy, CURLOPT_HTTPHEADER, headerList)
    if let body = request.body {
      srar_curl_set_long(easy, CURLOPT_POST, 1)
      srar_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      body.withUnsafeBytes { bytes in
        // The bytes are copied.
        _ = srar_curl_set_pointer(
          easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      }
    } else {
      srar_curl_set_long(easy, CURLOPT_HTTPGET, 1)
    }
    let context = Unmanaged.passUnretained(self).toOpaque()
    srar_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    srar_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    return nil
  }

  /// Makes a handle forget what belongs to a transfer, which may go before the handle is used again.
  static func release(_ easy: UnsafeMutableRawPointer) {
    srar_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, nil)
    srar_curl_set_pointer(easy, CURLOPT_WRITEDATA, nil)
    srar_curl_set_pointer(easy, CURLOPT_HEADERDATA, nil)
    srar_curl_set_list(easy, CURLOPT_HTTPHEADER, nil)
  }

  /// Takes bytes of the body; fewer than were given end the transfer.
  private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    lastBytes = uptime()
    guard body.count + bytes.count <= request.maximumResponseBytes else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  /// Keeps a header that says when to ask again. Of several responses, such as a proxy's before the server's, the last counts.
  private func receiveHeader(_ bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: "HTTP/".utf8) { headers = [:] }
    guard let first = bytes.first, [0x52, 0x72, 0x58, 0x78].contains(first) else { return }
    let line = String(decoding: bytes, as: UTF8.self)
    guard let colon = line.firstIndex(of: ":") else { return }
    let name = line[..<colon].lowercased()
    guard name.hasPrefix("retry-after") || name.hasPrefix("x-ratelimit-") else { return }
    headers[name] = line[line.index(after: colon)...].trimmingCharacters(
      in: .whitespacesAndNewlines)
  }

  /// Whether the response has begun, and then nothing came for too long.
  func isStalled(at now: UInt64) -> Bool {
    guard let lastBytes, now > lastBytes else { return false }
    return Double(now - lastBytes) / 1e9 > request.stallLimit
  }

  func failAsStalled() { fail(.stalled(seconds: request.stallLimit)) }

  func finish(_ easy: UnsafeMutableRawPointer, _ result: CURLcode) {
    if result == CURLE_OK {
      let retryDate = srar_curl_get_size(easy, CURLINFO_RETRY_AFTER)
      let response = HTTPResponse(
        status: srar_curl_get_long(easy, CURLINFO_RESPONSE_CODE), body: body, headers: headers,
        secondsUntilRetryDate: retryDate > 0 ? Double(retryDate) : nil)
      return continuation.resume(returning: .success(response))
    }
    fail(error(easy, result))
  }

  private func error(_ easy: UnsafeMutableRawPointer, _ result: CURLcode) -> HTTPError {
    if isTooLarge { return .tooLarge(limitBytes: request.maximumResponseBytes) }
    let detail = String(cString: message)
    let reason = detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail
    switch result {
    case CURLE_OPERATION_TIMEDOUT:
      // Before the request was sent it is the connection that took too long.
      let isConnected = srar_curl_get_size(easy, CURLINFO_PRETRANSFER_TIME_T) > 0
      return isConnected ? .tooSlow(seconds: request.totalLimit) : .unreachable(reason)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
      return .unreachable(reason)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER:
      return .untrusted(reason)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .badAddress(reason)
    default: return .broken(reason)
    }
  }
}

private func milliseconds(_ seconds: Double) -> Int { Int(max(1, min(seconds * 1000, 2e9))) }
