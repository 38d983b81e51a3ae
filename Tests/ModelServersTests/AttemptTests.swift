import HTTPClient
import JSONLines
import ModelServers
import Testing

@Suite("What a call came to")
struct AttemptTests {
  private func attempt(
    _ status: Int, _ body: String, _ headers: [String: String] = [:]
  ) -> Attempt {
    Attempt(HTTPResponse(status: status, body: Array(body.utf8), headers: headers))
  }

  private func concern(_ status: Int, _ body: String) -> Refusal.Concern? {
    guard case .refused(let refusal) = attempt(status, body) else { return nil }
    return refusal.concern
  }

  @Test(
    "a refusal of one prompt is told from one of all",
    arguments: [
      (
        400, #"{"error":{"message":"x","code":"context_length_exceeded"}}"#, Refusal.Concern.request
      ),
      (
        400,
        #"{"object":"error","message":"This model's maximum context length is 2048 tokens.","code":400}"#,
        .request
      ),
      (400, #"{"error":{"message":"the request exceeds the available context size"}}"#, .request),
      (
        400, #"{"error":{"code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
        .request
      ),
      (400, #"{"error":{"message":"x","code":"content_filter"}}"#, .request),
      (
        400, #"{"error":{"message":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
        .request
      ),
      (403, #"{"error":{"message":"Your input was flagged"}}"#, .request),
      (413, "", .request), (422, "Input is too long", .request),
      (400, #"{"error":{"message":"no","code":"model_not_found"}}"#, .everyRequest),
      (400, #"{"error":{"message":"no","code":"unsupported_parameter"}}"#, .everyRequest),
      (400, #"{"error":{"message":"go away"}}"#, .unknown), (422, "{}", .unknown),
      (401, "", .everyRequest), (403, "no", .everyRequest), (404, "context length", .everyRequest),
    ])
  func concerns(status: Int, body: String, expected: Refusal.Concern) {
    #expect(concern(status, body) == expected)
  }

  @Test("faults that may pass are tried again, and redirects are followed by nobody")
  func passing() {
    for status in [408, 409, 425, 500, 502, 504, 529] {
      guard case .failed("status \(status): no", .request) = attempt(status, "no") else {
        Issue.record("\(status)")
        continue
      }
    }
    for status in [301, 302, 307, 308] {
      guard case .failed(let reason, .request) = attempt(status, "no") else {
        Issue.record("\(status)")
        continue
      }
      #expect(reason.hasSuffix("the server points elsewhere, where nobody follows"))
    }
  }

  @Test("rate limits are waited out; 503 is one only where it says when to come back")
  func limits() {
    guard case .limited(seconds: 7, "status 503: busy") = attempt(503, "busy", ["retry-after": "7"])
    else {
      Issue.record("503 with Retry-After is no rate limit")
      return
    }
    guard
      case .failed("status 503: busy", .server) = attempt(503, "busy", ["x-ratelimit-reset": "7"])
    else {
      Issue.record("503 without Retry-After is a rate limit")
      return
    }
    guard case .limited(seconds: nil, _) = attempt(429, "busy") else {
      Issue.record("429 is no rate limit")
      return
    }
    let quota = #"{"error":{"message":"You exceeded your quota","type":"insufficient_quota"}}"#
    guard case .refused(let refusal) = attempt(429, quota) else {
      Issue.record("an empty account is a rate limit")
      return
    }
    #expect(refusal.error.isAboutQuota && refusal.error.message == "You exceeded your quota")
    // Some say so in words alone.
    guard case .refused = attempt(429, "error: insufficient_quota") else {
      Issue.record("an empty account in words is a rate limit")
      return
    }
  }

  @Test(
    "an error object in a successful reply is that error",
    arguments: [
      (#"{"error":{"message":"Provider returned error","code":429}}"#, 429),
      (#"{"error":{"message":"x","code":"429"}}"#, 429),
      (#"{"error":{"message":"x","type":"rate_limit_exceeded"}}"#, 429),
      (#"{"error":{"message":"x","code":"context_length_exceeded"}}"#, 400),
      (#"{"error":{"message":"x","code":"invalid_api_key"}}"#, 401),
      (#"{"error":"it broke"}"#, 500), (#"{"error":{"message":"x","code":502}}"#, 502),
      (#"{"choices":[{"error":{"message":"x","code":503},"finish_reason":"error"}]}"#, 503),
      (#"{"error":null,"choices":[{"message":{"content":"a"}}]}"#, nil),
      (#"{"choices":[{"error":null}],"error":""}"#, nil), (#"[{"text":"a"}]"#, nil),
    ] as [(String, Int?)])
  func disguised(body: String, status: Int?) throws {
    #expect(errorStatus(in: try JSONDocument(parsing: Array(body.utf8)).root) == status)
  }

  @Test(
    "the server's words are found in every usual form",
    arguments: [
      (#"{"error":{"message":"a\nb"}}"#, "a b"), (#"[{"error":{"message":"a"}}]"#, "a"),
      (
        #"{"detail":[{"loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#,
        "Extra inputs are not permitted"
      ),
      (#"{"choices":[{"error":{"message":"deep"}}]}"#, "deep"),
      (
        #"{"error":{"message":"Provider returned error","metadata":{"raw":"it is full"}}}"#,
        "Provider returned error: it is full"
      ),
      ("plain words", "plain words"), ("", "no message"),
      ("data: {\"error\":{\"message\":\"a\"}}\n\n", "a"),
      (String(repeating: "a", count: 301), String(repeating: "a", count: 300)),
    ])
  func words(body: String, message: String) {
    #expect(serverMessage(in: Array(body.utf8)) == message)
  }

  @Test(
    "a refused member is named",
    arguments: [
      (#"{"error":{"message":"x","param":"seed"}}"#, "seed"),
      (
        #"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model."}}"#,
        "max_tokens"
      ),
      (#"{"detail":[{"loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#, "seed"),
      (#"{"error":{"message":"max_tokens must be less than 5"}}"#, nil),
      (#"{"error":{"message":"unknown parameter: unseeded"}}"#, nil),
    ] as [(String, String?)])
  func member(body: String, member: String?) {
    let error = ErrorBody(Array(body.utf8))
    #expect(error.refusedMember(of: ["temperature", "max_tokens", "seed"]) == member)
  }
}

@Suite("What refusals mean")
struct RefusalWatchTests {
  @Test("twenty refusals and nothing else, also of those under way, leave no hope")
  func hopeless() {
    var watch = RefusalWatch()
    let slow = watch.begin()
    for count in 1...RefusalWatch.limit {
      #expect(!watch.isHopeless, "\(count)")
      watch.end(watch.begin(), isRefused: true)
    }
    #expect(!watch.isHopeless)
    // A later one is not waited for.
    let later = watch.begin()
    watch.end(slow, isRefused: false)
    #expect(watch.isHopeless)
    watch.end(later, isRefused: true)
    #expect(watch.isHopeless)
  }

  @Test("a reply, or a log that holds one, settles that refusals were of single requests")
  func reply() {
    var watch = RefusalWatch()
    let slow = watch.begin()
    for _ in 0..<100 { watch.end(watch.begin(), isRefused: true) }
    watch.noteReply()
    watch.end(slow, isRefused: false)
    #expect(!watch.isHopeless && watch.hasReply)
  }
}

@Suite("How long rate limits are waited out")
struct LimitWatchTests {
  @Test("time without a reply counts once, however many requests are turned away")
  func once() {
    var watch = LimitWatch(patience: 900)
    let ends = stride(from: 100.0, through: 1001, by: 0.5).filter { watch.isAtEnd(at: $0) }
    #expect(ends == [1000, 1000.5, 1001])
  }

  @Test("a reply begins it anew")
  func reply() {
    var watch = LimitWatch(patience: 900)
    let first = watch.isAtEnd(at: 0)
    watch.noteReply()
    let later = [2000, 2899, 2900].map { watch.isAtEnd(at: $0) }
    #expect(!first && later == [false, false, true])
  }
}
