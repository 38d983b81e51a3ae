import Diagnostics
import Foundation
import JSONLines
import Prompts
import Records
import Testing
import Tokenizers

/// Prompts, and the tokens and ends of responses that are text.
struct PromptEncoderTests {
  private static let markers = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|python_tag|>"]

  private func record(_ text: String) throws -> Record {
    let document = JSONDocument()
    try Array(text.utf8).withUnsafeBytes { try document.parse($0) }
    return try Record(document: document, position: LinePosition(source: "f", line: 3))
  }

  private func encoder(
    template: String, ends: [String]
  ) throws -> (encoder: PromptEncoder, tokenizer: Tokenizer) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-prompts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let tokenizer = try Tokenizer.learned(
      from: [], vocabularySize: 300, specialTokens: Self.markers)
    for (name, bytes) in tokenizer.files(chatTemplate: template, maximumLength: 64) {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
    let encoder = try PromptEncoder(
      tokenizer: tokenizer, folder: folder.path, chatFormat: nil,
      ends: ends.compactMap(tokenizer.tokenID))
    return (encoder, tokenizer)
  }

  private static let chatML =
    "{% for m in messages %}<|im_start|>{{ m.role }} {{ m.content }}<|im_end|>{% endfor %}"
    + "{% if add_generation_prompt %}<|im_start|>assistant {% endif %}"

  @Test(
    "a response ends as the template ends a turn, not with the first token that ends a sequence")
  func end() throws {
    let (encoder, tokenizer) = try encoder(
      template: Self.chatML, ends: ["<|endoftext|>", "<|im_end|>"])
    #expect(encoder.responseEnd == tokenizer.tokenID(of: "<|im_end|>"))
    #expect(encoder.notes(makesResponses: true).isEmpty)
  }

  @Test(
    "where sampling would not stop at the template's end, a response ends with what does, and that is said"
  )
  func endOfBaseModels() throws {
    let (encoder, tokenizer) = try encoder(template: Self.chatML, ends: ["<|endoftext|>"])
    #expect(encoder.responseEnd == tokenizer.tokenID(of: "<|endoftext|>"))
    #expect(
      encoder.notes(makesResponses: true) == [
        "the chat template ends turns with <|im_end|>, at which sampling does not stop: responses end with <|endoftext|>"
      ])
    #expect(encoder.notes(makesResponses: false).isEmpty)
    #expect(try self.encoder(template: Self.chatML, ends: []).encoder.responseEnd == nil)
  }

  @Test("a template that can think is rendered without, and that is said")
  func thinking() throws {
    let (encoder, tokenizer) = try encoder(
      template: Self.chatML + "{% if enable_thinking is false %}<none>{% endif %}",
      ends: ["<|im_end|>"])
    #expect(encoder.notes(makesResponses: false).first?.contains("without thinking") == true)
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"user","content":"Hi"}]}"#)
    let prompt = try encoder.prompt(of: Problem(record), in: record)
    #expect(
      String(decoding: prompt.flatMap(tokenizer.bytes), as: UTF8.self)
        == "<|im_start|>user Hi<|im_end|><|im_start|>assistant <none>")
  }

  @Test("a template that asks for the day is told the same one, and that is said")
  func day() throws {
    let (encoder, tokenizer) = try encoder(
      template: Self.chatML + "{{ strftime_now('%d %b %Y') }}", ends: ["<|im_end|>"])
    #expect(
      encoder.notes(makesResponses: false) == [
        "the chat template asks for the day: it is told 2024-07-26, whatever the clock says"
      ])
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"user","content":"Hi"}]}"#)
    let prompt = try encoder.prompt(of: Problem(record), in: record)
    let text = String(decoding: prompt.flatMap(tokenizer.bytes), as: UTF8.self)
    #expect(text.hasSuffix("<|im_start|>assistant 26 Jul 2024"))
  }

  @Test("markers of the chat stay text in a response; other added tokens are tokens")
  func responses() throws {
    let (encoder, tokenizer) = try encoder(template: Self.chatML, ends: ["<|endoftext|>"])
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"user","content":"<|im_end|>"}]}"#)
    let prompt = try encoder.prompt(of: Problem(record), in: record)
    let ids = Self.markers.map { tokenizer.tokenID(of: $0) }
    #expect(prompt.count { $0 == ids[2] } == 1)
    let text = "<|python_tag|>x<|im_end|><|endoftext|>"
    let response = encoder.response(text, after: prompt)
    #expect(response.first == ids[3])
    #expect(!response.contains { [ids[0], ids[1], ids[2]].contains($0) })
    #expect(response.flatMap(tokenizer.bytes) == Array(text.utf8))
  }

  /// Expected texts are those of Jinja2 with transformers' environment.
  @Test(
    "a template is given all members of messages in their order",
    arguments: [
      (
        "{{ messages[0] | tojson }}",
        #"{"content": "Hi", "name": "Ann", "role": "user", "reasoning_content": null, "tool_calls": [{"id": 1, "function": {"name": "f", "arguments": {"b": 2, "a": [true, null]}}}]}"#
      ),
      ("{{ messages[0] | length }}", "5"),
      (
        "{% for k in messages[0].keys() %}{{ k }} {% endfor %}",
        "content name role reasoning_content tool_calls "
      ),
      (
        "{% for k, v in messages[0].items() %}{{ k }} {% endfor %}",
        "content name role reasoning_content tool_calls "
      ),
      ("{{ messages[0].name }}: {{ messages[0].content }}", "Ann: Hi"),
      (
        "{{ messages[0].tool_calls[0].function.arguments.b + 1 if messages[0].tool_calls else '' }}",
        "3"
      ),
      (
        "{{ 'x' if messages[0].reasoning_content is none }}{{ 'y' if messages[0].other is defined }}",
        "x"
      ),
      (
        "{% if 'tool_calls' in messages[0] %}{% for c in messages[0].tool_calls %}{{ c.function | tojson }}{% endfor %}{% endif %}",
        #"{"name": "f", "arguments": {"b": 2, "a": [true, null]}}"#
      ),
    ])
  func members(template: String, text: String) throws {
    let (encoder, tokenizer) = try encoder(template: template, ends: [])
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"content":"Hi","name":"Ann","role":"user","reasoning_content":null,"tool_calls":[{"id":1,"function":{"name":"f","arguments":{"b":2,"a":[true,null]}}}]}]}"#
    )
    let prompt = try encoder.prompt(of: Problem(record), in: record)
    #expect(String(decoding: prompt.flatMap(tokenizer.bytes), as: UTF8.self) == text)
  }

  @Test("what messages bring are no markers, wherever it stands")
  func markersInMembers() throws {
    let (encoder, tokenizer) = try encoder(
      template: "{{ messages[0] | tojson }}<|im_end|>", ends: [])
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"user","content":"","<|im_end|>":["<|im_end|>"]}]}"#
    )
    let prompt = try encoder.prompt(of: Problem(record), in: record)
    #expect(prompt.count { $0 == tokenizer.tokenID(of: "<|im_end|>") } == 1)
    #expect(prompt.last == tokenizer.tokenID(of: "<|im_end|>"))
  }

  @Test(
    "what no template can be given is a fault of the record",
    arguments: [
      (#""a":{"b":1,"b":2}"#, #""messages[0].a" of record "p" has "b" twice"#),
      (#""n":1,"\u006e":2"#, #""messages[0]" of record "p" has "n" twice"#),
      (#""n":18446744073709551615"#, #""messages[0].n" of record "p" is too large a number"#),
      (
        #""n":"# + String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
        "is nested too deeply for a chat template"
      ),
    ])
  func badMembers(members: String, complaint: String) throws {
    let (encoder, _) = try encoder(template: Self.chatML, ends: [])
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"user","content":"Hi",\#(members)}]}"#)
    let error = #expect(throws: RecordError.self) {
      try encoder.prompt(of: Problem(record), in: record)
    }
    #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")")
  }

  @Test("members on which no prompt depends are named")
  func unusedMembers() throws {
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"user","content":"Hi","name":"Ann","x":null,"tool_calls":[]}]}"#
    )
    #expect(
      try encoder(template: Self.chatML, ends: []).encoder.unusedMembers(ofMessagesIn: record)
        == ["name", "tool_calls"])
    #expect(
      try encoder(template: "{{ messages[0].name }}", ends: []).encoder.unusedMembers(
        ofMessagesIn: record) == ["tool_calls"])
    #expect(
      try ChatTemplate.unusedMembers(ofMessagesIn: record, by: nil) == ["name", "tool_calls"])
    #expect(
      try ChatTemplate.unusedMembers(ofMessagesIn: record, by: .chatML) == ["name", "tool_calls"])
  }

  @Test("messages that the template refuses are a fault of the record")
  func refusal() throws {
    let (encoder, _) = try encoder(
      template:
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}",
      ends: [])
    let record = try record(
      #"{"id":"p","problem":"x","messages":[{"role":"system","content":"Hi"}]}"#)
    let error = #expect(throws: RecordError.self) {
      try encoder.prompt(of: Problem(record), in: record)
    }
    #expect(error?.description.contains("are refused by the chat template: no system") == true)
    let empty = try self.record(#"{"id":"p","problem":"x"}"#)
    #expect(throws: RecordError.self) { try encoder.prompt(of: Problem(empty), in: empty) }
  }
}
