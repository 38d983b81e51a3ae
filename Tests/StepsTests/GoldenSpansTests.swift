import Foundation
import Steps
import TestSupport
import Testing

@Suite("Golden vectors of spans and headers")
struct GoldenSpansTests {
  @Test("token spans, exact and proportional")
  func tokenSpans() throws {
    let cases = try Fixtures.golden("spans")
    #expect(cases.count == 24)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      let response = try #require(input["response"] as? String)
      let offsets = try #require(input["token_offsets"] as? [[Int]])
      let characters = try #require(expected["step_chars"] as? [[Int]]).map { $0[0]..<$0[1] }
      let isPaper = item["variant"] as? String == "paper"
      // Two of the paper's cases have a header in the middle of a line, which is none here.
      let parted = isPaper ? stepsAtHeadersAnywhere(of: response) : stepsOfAuthors(of: response)
      if isPaper, !["straddling-token/paper", "rounding-down-49/paper"].contains(name) {
        #expect(steps(of: response, style: .headers) == parted, "\(name)")
      }
      let byteOffsets = self.byteOffsets(of: response)
      #expect(
        parted.map(\.bytes)
          == characters.map { byteOffsets[$0.lowerBound]..<byteOffsets[$0.upperBound] },
        "\(name)")
      let spans = try #require(expected["token_spans"] as? [Any]).map { $0 as? [Int] }
      if isPaper {
        let tokenBytes = offsets.map { byteOffsets[$0[0]]..<byteOffsets[$0[1]] }
        let found = withTokenSpans(parted, tokenBytes: tokenBytes).map { step in
          step.tokens.flatMap { $0.isEmpty ? nil : [$0.lowerBound, $0.upperBound] }
        }
        #expect(found == spans, "\(name)")
      } else {
        let found = proportionalTokenSpans(
          characters, characterCount: response.unicodeScalars.count,
          tokenCount: try #require(input["num_tokens"] as? Int))
        #expect(found.map { [$0.lowerBound, $0.upperBound] } == spans, "\(name)")
      }
    }
  }

  @Test("headers and steps of responses")
  func headers() throws {
    let cases = try Fixtures.golden("reward")
    #expect(cases.count == 85)
    var checkedCount = 0
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      let response = try #require(input["response"] as? String)
      if let headers = expected["headers"] as? [[String: Any]] {
        checkedCount += 1
        let found = StepHeader.anywhere(in: response)
        #expect(found.map(\.label) == headers.map { $0["number"] as? String }, "\(name)")
        #expect(
          found.map { [$0.bytes.lowerBound, $0.bytes.upperBound] }
            == headers.map { $0["bytes"] as? [Int] }, "\(name)")
      }
      let parted =
        item["variant"] as? String == "paper"
        ? steps(of: response, style: .headers) : stepsOfAuthors(of: response)
      let spans = try #require(expected["steps"] as? [[String: Any]])
      #expect(
        parted.map { [$0.bytes.lowerBound, $0.bytes.upperBound] }
          == spans.map { $0["bytes"] as? [Int] }, "\(name)")
    }
    #expect(checkedCount == 76)
  }

  /// The byte offset of each scalar, and at last the length.
  private func byteOffsets(of text: String) -> [Int] {
    var offsets = [0]
    for scalar in text.unicodeScalars {
      offsets.append(offsets[offsets.count - 1] + UTF8.width(scalar))
    }
    return offsets
  }
}
