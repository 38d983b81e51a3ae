import Diagnostics
import JSONLines
import ModelServers
import Records
import RemoteSampling
import Steps
import Testing

@Suite("From a server's reply to a rollout")
struct ServedSampleTests {
  private func rollout(_ reply: String, api: SamplingAPI = .chat) throws -> Rollout {
    let served = try api.read(Array(reply.utf8))
    let sample = try #require(served.samples.first)
    let sampling = SamplingDescription(
      temperature: 1, topP: 1, topK: 0, maxResponseTokens: 99, seed: 1)
    let reading = RolloutReading(
      server: SamplingServer(api: api, model: "m", sampling: sampling, extraBody: ExtraBody()),
      logProbabilityKind: .raw, tokenizer: nil, stepStyle: .headers)
    return try reading.rollout(sample, index: 0, prompt: SamplingPrompt(messages: []))
  }

  /// A chat reply whose tokens are shown so, each with a log-probability of −1.
  private func reply(_ tokens: [String], message: String, logprob: String = "-1") -> String {
    let entries = tokens.map {
      #"{"token":\#(jsonText($0)),"logprob":\#(logprob)}"#
    }.joined(separator: ",")
    let ids = tokens.indices.map { "\($0)" }.joined(separator: ",")
    return
      #"{"choices":[{"message":\#(message),"finish_reason":"stop","token_ids":[\#(ids)],"logprobs":{"content":[\#(entries)]}}]}"#
  }

  private func content(_ text: String, thoughts: String? = nil, key: String = "reasoning_content")
    -> String
  {
    let reasoning = thoughts.map { #","\#(key)":\#(jsonText($0))"# } ?? ""
    return #"{"role":"assistant","content":\#(jsonText(text))\#(reasoning)}"#
  }

  @Test(
    "log-probabilities above 0 are refused, but for rounding", arguments: ["0.7", "1e-3", "1e30"])
  func positiveLogProbabilities(logprob: String) throws {
    let error = #expect(throws: RolloutReading.Fault.self) {
      try rollout(reply(["a", "b"], message: content("ab"), logprob: logprob))
    }
    #expect(
      error?.reason.contains("log-probability of token 0 is") == true, "\(error?.reason ?? "")")
    let rounded = try rollout(reply(["a"], message: content("a"), logprob: "1e-6"))
    #expect(rounded.logProbabilities == [1e-6])
  }

  @Test("numbers that are no tokens are refused", arguments: ["-1", "1099511627776"])
  func impossibleTokens(token: String) throws {
    let good = reply(["a"], message: content("a"))
    for bad in [
      good.replacing(#""token_ids":[0]"#, with: #""token_ids":[\#(token)]"#),
      good.replacing(#""token_ids":[0]"#, with: #""token_ids":[0],"prompt_token_ids":[\#(token)]"#),
    ] {
      let error = #expect(throws: RolloutReading.Fault.self) { try rollout(bad) }
      #expect(error?.reason.contains("the server names \(token) in the ") == true)
    }
  }

  @Test("choices go by their indexes, and those that are not told apart are refused")
  func choices() throws {
    func choice(_ text: String, _ index: String) -> String {
      #"{"message":{"content":"\#(text)"},"finish_reason":"stop"\#(index)}"#
    }
    func texts(_ choices: String...) throws -> [String] {
      try SamplingAPI.chat.read(Array(#"{"choices":[\#(choices.joined(separator: ","))]}"#.utf8))
        .samples.map(\.text)
    }
    let (zero, one) = (#","index":0"#, #","index":1"#)
    #expect(try texts(choice("a", one), choice("b", zero)) == ["b", "a"])
    #expect(try texts(choice("a", ""), choice("b", "")) == ["a", "b"])
    #expect(try texts(choice("a", one)) == ["a"])
    for index in [one, "", #","index":"0""#] {
      #expect(throws: UnreadableReply.self) { try texts(choice("a", one), choice("b", index)) }
    }
  }

  @Test("a part of the content that is no text is refused")
  func otherParts() throws {
    let image = #"{"type":"image_url","image_url":{"url":"data:"}}"#
    let text = #"{"type":"text","text":"a"}"#
    let error = #expect(throws: UnreadableReply.self) {
      try SamplingAPI.chat.read(
        Array(
          #"{"choices":[{"message":{"content":[\#(text),\#(image)]},"finish_reason":"stop"}]}"#.utf8
        ))
    }
    #expect(error?.reason.contains(#"a part of the type "image_url""#) == true)
  }

  @Test("a reply that says two things under one name is refused")
  func repeatedMember() throws {
    let error = #expect(throws: UnreadableReply.self) {
      try SamplingAPI.chat.read(
        Array(
          #"{"choices":[{"message":{"content":"a"},"finish_reason":"length","finish_reason":"stop"}]}"#
            .utf8))
    }
    #expect(error?.reason == #"the reply has "choices[0].finish_reason" twice"#)
  }

  private let thinking = [
    "<think>", "\n", "### Step 1:", " x", "é", "\n", "</think>", "\n\n", "### Step 1:", " 3",
    "<|im_end|>",
  ]

  @Test(
    "thoughts that a reasoning parser took out stand in the response again",
    arguments: ["reasoning", "reasoning_content"])
  func joined(key: String) throws {
    let message = content("### Step 1: 3", thoughts: "### Step 1: xé", key: key)
    let rollout = try rollout(reply(thinking, message: message))
    #expect(rollout.response == "<think>\n### Step 1: xé\n</think>\n\n### Step 1: 3")
    #expect(
      rollout.tokens?.count == thinking.count && rollout.logProbabilities?.count == thinking.count)
    // The last step is the answer's.
    let step = try #require(rollout.steps.last)
    #expect(step.tokens == 8..<10)
  }

  @Test(
    "the opening mark may stand in the prompt, parts of characters may be shown as U+FFFD, and blanks are kept"
  )
  func marks() throws {
    let tokens = [
      "Let us think ", "of ", "\u{FFFD}", "\u{FFFD}", " now", "</think>", "\n", "So ", "\u{FFFD}",
      "\u{FFFD}", "",
    ]
    let message = content("\nSo é", thoughts: "Let us think of é now")
    #expect(
      try rollout(reply(tokens, message: message)).response == "Let us think of é now</think>\nSo é"
    )
    // Cut off while it was thinking.
    let cut = content("", thoughts: "Let us think of").replacing(
      #""content":"""#, with: #""content":null"#)
    #expect(
      try rollout(reply(["<think>", "\n", "Let us think ", "of"], message: cut)).response
        == "<think>\nLet us think of")
  }

  @Test(
    "where the tokens do not show where the thoughts stand, the sample is refused",
    arguments: [
      ("### Step 1: 3", nil), ("### Step 1: 3", "something else"),
      ("### Step 1: 4", "### Step 1: xé"),
    ] as [(String, String?)])
  func refused(text: String, thoughts: String?) throws {
    #expect(throws: RolloutReading.Fault.self) {
      try rollout(reply(thinking, message: content(text, thoughts: thoughts)))
    }
  }

  @Test("a server that names no tokens gives the answer alone")
  func textAlone() throws {
    let rollout = try rollout(
      #"{"choices":[{"message":\#(content("3", thoughts: "x")),"finish_reason":"stop"}]}"#)
    #expect(rollout.response == "3" && rollout.tokens == nil)
  }

  @Test(
    "a log-probability that is no number costs that number alone",
    arguments: ["null", "NaN", "-Infinity", "\"-inf\"", "-9999.0", "-1e400"])
  func missingNumber(logprob: String) throws {
    // A string that looks like one of them is left alone.
    let body = reply(["NaN", "b"], message: content("NaNb"), logprob: "-0.5")
    let spoiled = body.replacing(#""b","logprob":-0.5"#, with: #""b","logprob":\#(logprob)"#)
    let rollout = try rollout(spoiled)
    #expect(rollout.response == "NaNb")
    let values = try #require(rollout.logProbabilities)
    #expect(values.count == 2 && values[0] == -0.5 && values[1] == nil)
    #expect(jsonText(rollout).contains(#""logprobs":[-0.5,null]"#))
  }

  @Test("null is read again from a record, and a server that gives no number at all gives none")
  func records() throws {
    let rollout = try rollout(reply(["a"], message: content("a"), logprob: "null"))
    #expect(rollout.tokens == [0] && rollout.logProbabilities == nil)
    let line =
      #"{"id":"p","rollout":{"index":0,"response":"ab","tokens":[1,2],"logprobs":[null,-2],"steps":[]}}"#
    let record = try Record(
      document: JSONDocument(parsing: Array(line.utf8)),
      position: .init(source: "test", line: 1))
    let values = try #require(try record.read(Rollout.self).logProbabilities)
    #expect(values[0] == nil && values[1] == -2)
  }

  @Test("a stream of several events is refused, one event is read")
  func events() throws {
    let whole = reply(["a"], message: content("a"))
    #expect(try rollout("data: \(whole)\n\ndata: [DONE]\n").response == "a")
    #expect(throws: UnreadableReply.self) { try rollout("data: \(whole)\n\ndata: \(whole)\n") }
  }

  @Test("an error object is an error")
  func error() throws {
    let served = try SamplingAPI.completions.read(Array(#"{"error":{"code":429}}"#.utf8))
    #expect(served.errorStatus == 429 && served.samples.isEmpty)
  }
}
