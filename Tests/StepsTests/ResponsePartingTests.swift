import RandomStreams
import Steps
import Testing

@Suite("Parting a response")
struct ResponsePartingTests {
  private func texts(_ response: String, _ style: StepStyle) -> [String] {
    let bytes = Array(response.utf8)
    return steps(of: response, style: style).map {
      String(decoding: bytes[$0.bytes], as: UTF8.self)
    }
  }

  @Test("at lines leaves out blank ones")
  func lines() {
    #expect(texts("a\n\n b\r\n \nc", .lines) == ["a\n", " b\r\n", "c"])
    #expect(texts("", .lines).isEmpty)
    #expect(texts("\n\n", .lines).isEmpty)
  }

  @Test("at paragraphs keeps the lines of one together")
  func paragraphs() {
    #expect(texts("a\nb\n\n\nc\n", .paragraphs) == ["a\nb\n\n\n", "c\n"])
    #expect(texts("\n\na", .paragraphs) == ["a"])
  }

  @Test("at headers gives what comes before the first to no step")
  func headers() {
    #expect(
      texts("So:\n### Step 1: a\n### Step 2: b", .headers) == ["### Step 1: a\n", "### Step 2: b"])
    #expect(texts("no headers", .headers).isEmpty)
  }

  @Test("gives spans in order, without overlap, numbered from 1", arguments: UInt64(0)..<300)
  func spansAreOrdered(seed: UInt64) {
    var random = RandomStream(seed: seed, "responses")
    let pieces = [
      "### Step 1:", "###", " ", "\n", "\n\n", "é", "Step", "2", ":", "text ", "\r\n", "🎯",
    ]
    let response = (0..<random.integer(in: 0...40)).map { _ in random.element(of: pieces) }.joined()
    for style in StepStyle.allCases {
      let parted = steps(of: response, style: style)
      #expect(parted.map(\.number) == Array(1..<parted.count + 1))
      var end = 0
      for step in parted {
        #expect(step.bytes.lowerBound >= end && !step.bytes.isEmpty, "seed \(seed) \(style)")
        end = step.bytes.upperBound
      }
      #expect(end <= response.utf8.count)
    }
  }

  @Test(
    "gives every token with bytes to the step that holds its first byte", arguments: UInt64(0)..<300
  )
  func tokensFollowTheirFirstByte(seed: UInt64) {
    var random = RandomStream(seed: seed, "token spans")
    let response = (1...4).map {
      "### Step \($0): " + String(repeating: "x", count: random.integer(in: 0..<9))
    }
    .joined(separator: "\n")
    var tokens: [Range<Int>] = []
    var start = 0
    while start < response.utf8.count {
      let end = min(response.utf8.count, start + random.integer(in: 0...12))
      tokens.append(start..<end)
      start = end
    }
    tokens.append(start..<start)
    let parted = withTokenSpans(steps(of: response, style: .headers), tokenBytes: tokens)
    for (index, bytes) in tokens.enumerated() where !bytes.isEmpty {
      let owner = parted.first { $0.bytes.contains(bytes.lowerBound) }
      #expect(owner?.tokens?.contains(index) ?? true, "seed \(seed)")
      #expect(parted.count { $0.tokens?.contains(index) ?? false } == (owner == nil ? 0 : 1))
    }
    #expect(
      parted.allSatisfy { $0.tokens?.upperBound ?? 0 < tokens.count }, "the end token is in no step"
    )
  }
}
