import ChatCompletions
import Testing

@Suite("The reading of chat replies")
struct ReadChatTests {
  /// What a body holds, in brief.
  private func read(_ body: String) -> String { read(Array(body.utf8)) }

  private func read(_ body: [UInt8]) -> String {
    switch ReadChat(body) {
    case .reply(let reply, let tokens):
      "\(reply.text) (\(reply.finishReason ?? "-"), \(tokens.map(String.init) ?? "-"))"
    case .empty(let reason, let tokens): "empty: \(reason) (\(tokens.map(String.init) ?? "-"))"
    case .unreadable(let reason): "unreadable: \(reason)"
    case .error(let status): "error \(status)"
    }
  }

  private func choice(_ message: String, _ finish: String = "stop") -> String {
    #"{"choices":[{"message":\#(message),"finish_reason":"\#(finish)"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#
  }

  @Test("finds the text, why it ended, and what it took")
  func text() {
    #expect(read(choice(#"{"role":"assistant","content":"a\nb"}"#)) == "a\nb (stop, 7)")
    #expect(read(#"{"choices":[{"message":{"content":"a"}}]}"#) == "a (-, -)")
    #expect(
      read(#"{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}"#) == "a (-, -)")
  }

  @Test("joins the parts of a content, without the thoughts among them")
  func parts() {
    let parts =
      #"{"content":[{"type":"text","text":"a"},{"type":"thinking","thinking":"no"},{"type":"reasoning","text":"no"},"b",{"type":"text","text":"c"}]}"#
    #expect(read(choice(parts)) == "abc (stop, 7)")
    let nested =
      #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"no"}]},{"type":"text","text":"a"}]}"#
    #expect(read(choice(nested)) == "a (stop, 7)")
  }

  @Test(
    "thoughts that a server gives apart are none of the text",
    arguments: ["reasoning", "reasoning_content"])
  func thoughts(name: String) {
    #expect(read(choice(#"{"content":"a","\#(name)":"no"}"#)) == "a (stop, 7)")
    #expect(
      read(choice(#"{"content":null,"\#(name)":"no"}"#))
        == "empty: the reply has thoughts and no answer (7)")
    #expect(
      read(choice(#"{"content":null,"\#(name)":"no"}"#, "length"))
        == "empty: the reply was cut off while the model was thinking; raise '--max-tokens' (7)")
  }

  @Test("a byte-order mark is no part of a body")
  func byteOrderMark() {
    #expect(read([0xEF, 0xBB, 0xBF] + choice(#"{"content":"a"}"#).utf8) == "a (stop, 7)")
    #expect(
      read([0xEF, 0xBB, 0xBF] + "data: \(choice(#"{"content":"a"}"#))\n\n".utf8) == "a (stop, 7)")
  }

  @Test("knows which replies lack their end")
  func cutOff() {
    func isCutOff(_ body: String) -> Bool? {
      if case .reply(let reply, _) = ReadChat(Array(body.utf8)) { reply.isCutOff } else { nil }
    }
    let message = #"{"content":"a"}"#
    for reason in ["stop", "STOP", "eos", "end_turn", "tool_calls"] {
      #expect(isCutOff(choice(message, reason)) == false)
    }
    for reason in ["length", "content_filter", "error", "max_tokens"] {
      #expect(isCutOff(choice(message, reason)) == true)
    }
    #expect(isCutOff(#"{"choices":[{"message":{"content":"a"}}]}"#) == false)
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
    #expect(isCutOff(event) == true && isCutOff(event + "data: [DONE]\n\n") == false)
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    #expect(isCutOff(event + end) == false)
  }

  @Test(
    "says why there is no text",
    arguments: [
      (
        #"{"content":null}"#, "length",
        "the reply was cut off before its answer; raise '--max-tokens'"
      ),
      (
        #"{"content":" \n"}"#, "length",
        "the reply was cut off before its answer; raise '--max-tokens'"
      ),
      (#"{"content":null}"#, "content_filter", "the server filtered the reply's content"),
      (#"{"content":null}"#, "stop", "the reply has no text at choices[0].message.content"),
      (#"{"content":12}"#, "stop", "the reply has no text at choices[0].message.content"),
      (#"{"content":null,"refusal":"I will not."}"#, "stop", "the model refuses: I will not."),
    ])
  func silence(message: String, finish: String, reason: String) {
    #expect(read(choice(message, finish)) == "empty: \(reason) (7)")
  }

  @Test("an error object in a successful reply is that error, whatever else is there")
  func errors() {
    #expect(read(#"{"error":{"message":"x","code":429}}"#) == "error 429")
    #expect(
      read(#"{"error":{"message":"x"},"choices":[{"message":{"content":"a"}}]}"#) == "error 500")
    #expect(read(#"{"choices":[{"error":{"code":502}}]}"#) == "error 502")
    #expect(read(#"{"error":null,"choices":[{"message":{"content":"a"}}]}"#) == "a (-, -)")
    #expect(read("data: {\"error\":{\"code\":503}}\n\n") == "error 503")
  }

  @Test("joins a stream that nobody asked for")
  func stream() {
    func event(_ text: String) -> String {
      "data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
    }
    let end =
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n"
    #expect(read(event("a") + event("b") + end) == "ab (length, -)")
  }

  @Test("what is no completion says what is missing")
  func unreadable() {
    for body in ["{}", "[]", #"{"choices":[]}"#, #"{"choices":[{"text":"a"}]}"#] {
      #expect(
        read(body) == "unreadable: the reply has no message at choices[0].message", "\(body)")
    }
    for body in ["", "<html>busy</html>", #"{"choices":[{"message":{"content":"a"#] {
      #expect(read(body).hasPrefix("unreadable: the reply is not JSON: "), "\(body)")
    }
  }

  @Test(
    "halves of characters in escapes become U+FFFD, and pairs stay",
    arguments: [
      (#"a\ud83db"#, "a\u{FFFD}b"), (#"a\udE00"#, "a\u{FFFD}"),
      (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"),
      (#"\ud83d\ude00\ud83d"#, "😀\u{FFFD}"), (#"\ud83d\n"#, "\u{FFFD}\n"),
      (#"\ud83d\\ude00"#, "\u{FFFD}\\ude00"), (#"\\ud83d\ud83d"#, "\\ud83d\u{FFFD}"),
    ])
  func surrogates(escaped: String, text: String) {
    #expect(read(choice(#"{"content":"\#(escaped)"}"#)) == "\(text) (stop, 7)")
  }

  @Test("bytes that are not UTF-8 become U+FFFD")
  func bytes() {
    func body(_ bytes: [UInt8]) -> [UInt8] {
      let parts = choice(#"{"content":"@"}"#).utf8.split(separator: UInt8(ascii: "@"))
      return Array(parts[0]) + bytes + Array(parts[1])
    }
    #expect(read(body([0x61, 0xFF, 0x62])) == "a\u{FFFD}b (stop, 7)")
    #expect(read(body([0xE2, 0x98])) == "\u{FFFD} (stop, 7)")
    // A surrogate as UTF-8 has it nowhere.
    #expect(read(body([0xED, 0xA0, 0x80, 0x63])).hasSuffix("c (stop, 7)"))
    #expect(read(body(Array("☃".utf8))) == "☃ (stop, 7)")
  }

  @Test("text that is sound stays as it is, byte for byte")
  func sound() {
    let json = Array(#"{"a":"\u00e4 \ud83d\ude00 \\u \" ☃","b":[1.50]}"#.utf8)
    #expect(replacingBrokenUnicode(in: json) == json)
    // The end of a body inside an escape.
    for end in [#"{"a":"\"#, #"{"a":"\u"#, #"{"a":"\ud83d"#, #"{"a":"\ud83d\ude"#] {
      #expect(!replacingBrokenUnicode(in: Array(end.utf8)).isEmpty)
    }
  }
}
