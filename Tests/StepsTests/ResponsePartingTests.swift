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

  @Test(
    "takes a header at the beginning of a line only, behind blanks and tabs at most",
    arguments: [
      ("### Step 1: a\n### Step 2: b", ["1", "2"]),
      (" \t### Step 1: a\r### Step 2: b\r\n  ### Step 3: c", ["1", "2", "3"]),
      ("#### Step 1: a", ["1"]),
      ("As said in ### Step 1: above\n### Step 1: b", ["1"]),
      ("**### Step 1:** a", []),
      ("> ### Step 1: a\n- ### Step 2: b", []),
      ("### Step 1:### Step 2: b", ["1"]),
      ("x####\n Step 1: a", []),
    ])
  func headersBeginLines(response: String, labels: [String]) {
    #expect(steps(of: response, style: .headers).map(\.label) == labels)
  }

  @Test("begins a step at the first of its hashes, and the authors' code at the last three")
  func longerRuns() {
    #expect(
      texts("a\n##### Step 1: a\n #### Step 2: b", .headers)
        == ["##### Step 1: a\n ", "#### Step 2: b"])
    #expect(StepHeader.anywhere(in: "##### Step 1: a").map(\.bytes) == [2..<13])
    #expect(StepHeader.all(in: "##### Step 1: a").map(\.bytes) == [0..<13])
  }

  @Test("takes a header with nothing behind it for a step")
  func emptyStep() {
    #expect(
      texts("### Step 1:\n### Step 2: b", .headers) == ["### Step 1:\n", "### Step 2: b"])
  }

  @Test(
    "finds the same steps whether a response was drafted in a thought or not",
    arguments: [
      "<think>\n### Step 1: hmm\n</think>\n", "[THINK]### Step 1: draft[/THINK]",
      "<|channel|>analysis<|message|>### Step 1: a<|end|><|start|>assistant<|channel|>final<|message|>",
      "### Step 1: the prompt opened this thought</think>",
    ])
  func headersOutsideThoughts(thought: String) {
    let answer = "### Step 1: a\n### Step 2: b\n\\boxed{15}"
    #expect(texts(thought + answer, .headers) == texts(answer, .headers))
  }

  @Test("ends a step before the thoughts that only white space follows")
  func thoughtsBetweenSteps() {
    #expect(
      texts("### Step 1: a\n<think>b</think>\n<think>c</think>\n### Step 2: d<think>e", .headers)
        == ["### Step 1: a\n", "### Step 2: d"])
    #expect(
      texts("### Step 1: a<think>b</think>c", .headers) == ["### Step 1: a<think>b</think>c"])
  }

  @Test("finds nothing in a thought that never closes")
  func unclosedThought() {
    for style in StepStyle.allCases {
      #expect(texts("<think>\n### Step 1: a\n\nb", style).isEmpty)
    }
    #expect(texts("a\n<think>\nb", .lines) == ["a\n"])
  }

  @Test("at lines and paragraphs leaves out thoughts")
  func linesOutsideThoughts() {
    #expect(texts("é\n<think>b\nc</think>d\n\ne", .lines) == ["é\n", "d\n", "e"])
    #expect(texts("é\n<think>b\n\nc</think>d\n\ne", .paragraphs) == ["é\n", "d\n\n", "e"])
  }

  @Test("gives spans in order, without overlap, numbered from 1", arguments: UInt64(0)..<300)
  func spansAreOrdered(seed: UInt64) {
    var random = RandomStream(seed: seed, "responses")
    let pieces = [
      "### Step 1:", "###", " ", "\n", "\n\n", "é", "Step", "2", ":", "text ", "\r\n", "🎯",
      "<think>", "</think>",
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
