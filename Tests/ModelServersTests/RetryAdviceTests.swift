import HTTPClient
import ModelServers
import Testing

@Suite("When a server wants to be asked again")
struct RetryAdviceTests {
  private func advice(_ headers: [String: String], date: Double? = nil) -> RetryAdvice {
    RetryAdvice(
      HTTPResponse(status: 429, body: [], headers: headers, secondsUntilRetryDate: date),
      at: 1_800_000_000)
  }

  @Test(
    "the forms in which servers say it",
    arguments: [
      (["retry-after": "3"], 3), (["retry-after": "1.5"], 1.5), (["retry-after": "0"], 0),
      (["retry-after": "-20"], 0), (["retry-after-ms": "250", "retry-after": "9"], 0.25),
      (["retry-after-ms": "-1"], 0), (["x-ratelimit-reset-requests": "1s"], 1),
      (["x-ratelimit-reset-tokens": "6m0s"], 360), (["x-ratelimit-reset-tokens": "20ms"], 0.02),
      (["x-ratelimit-reset-requests": "1h2m3.5s"], 3723.5), (["x-ratelimit-reset": "12"], 12),
      (["x-ratelimit-reset": "1800000030"], 30), (["x-ratelimit-reset": "1800000030500"], 30.5),
      (["x-ratelimit-reset": "1700000000"], 0),
      (["retry-after": "2", "x-ratelimit-reset-tokens": "6m0s"], 2),
    ] as [([String: String], Double)])
  func forms(headers: [String: String], seconds: Double) {
    #expect(advice(headers).seconds == seconds)
  }

  @Test("a date counts, and what is no time does not")
  func others() {
    #expect(advice(["retry-after": "Wed, 21 Oct 2037 07:28:00 GMT"], date: 40).seconds == 40)
    for header in ["soon", "", "5 apples", "m", "nan"] {
      #expect(advice(["retry-after": header]).seconds == nil)
      #expect(advice(["x-ratelimit-reset-tokens": header]).seconds == nil)
    }
    #expect(advice([:]).seconds == nil)
  }

  @Test("of two limits it is the one that was met, else the later")
  func two() {
    let resets = ["x-ratelimit-reset-requests": "8s", "x-ratelimit-reset-tokens": "3s"]
    #expect(advice(resets).seconds == 8)
    let remaining = ["x-ratelimit-remaining-requests": "17", "x-ratelimit-remaining-tokens": "0"]
    #expect(advice(resets.merging(remaining) { $1 }).seconds == 3)
  }
}
