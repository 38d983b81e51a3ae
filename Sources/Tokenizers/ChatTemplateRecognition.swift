// Which of the built-in templates a policy's Jinja program is.

internal import Foundation

extension ChatTemplate {
  /// The Jinja program of ChatML in transformers, for new policies.
  static let chatMLSource =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' "
    + "+ message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"

  /// The template of a policy folder: `chat_template.jinja`, or the one in `tokenizer_config.json`.
  ///
  /// - Throws: `TokenizerError` where there is none, or one that is not built in.
  package init(folder: String) throws {
    let file = "\(folder)/chat_template.jinja"
    if FileManager.default.fileExists(atPath: file) {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      try self.init(source: String(decoding: data, as: UTF8.self), path: file)
      return
    }
    let configuration = "\(folder)/tokenizer_config.json"
    let json = try decodedFile(ConfigurationJSON.self, path: configuration)
    guard let source = json.template?.source else {
      throw TokenizerError.missingChatTemplate(path: configuration)
    }
    try self.init(source: source, path: configuration)
  }

  /// Recognises a template by its literal texts, whatever its quotes, white space and trimming marks.
  package init(source: String, path: String) throws(TokenizerError) {
    let text = Self.essence(source)
    let unknown = TokenizerError.unknownChatTemplate(
      path: path, beginning: String(source.prefix(60)))
    let message = "'<|im_start|>'+message['role']+'\n'+message['content']+'<|im_end|>'"
    if text.contains("<|start_header_id|>") {
      guard text.contains("<|eot_id|>"), text.contains("message['content']|trim") else {
        throw unknown
      }
      self = text.contains("CuttingKnowledgeDate:") ? .llama31 : .llama3
    } else if text.contains("enable_thinking"), text.contains("<think>\n\n</think>\n\n") {
      // Qwen3's later templates think in other ways; this is the one with an empty thought.
      guard text.contains("enable_thinkingisfalse"), text.contains("<|im_start|>assistant\n") else {
        throw unknown
      }
      self = .qwen3
    } else if text.contains("<|im_start|>assistant\n"), !text.contains("<think>"),
      text.contains(message)
        || text.contains("'<|im_start|>'+message['role']+'\n'+message['content']")
    {
      self = .chatML(defaultSystem: Self.defaultSystem(in: source))
    } else {
      throw unknown
    }
  }

  /// The literal system message of a template, without the part that describes tools.
  private static func defaultSystem(in source: String) -> String? {
    let plain = source.replacing("\\n", with: "\n")
    for part in plain.components(separatedBy: "<|im_start|>system\n").dropFirst() {
      if let end = part.range(of: "<|im_end|>"), !part[..<end.lowerBound].contains("'"),
        !part[..<end.lowerBound].contains("{")
      {
        return String(part[..<end.lowerBound])
      }
    }
    return nil
  }

  /// A template without what cannot change its output in the programs recognised here; line ends that it spells stay.
  private static func essence(_ source: String) -> String {
    var text = source.replacing("\\n", with: "\u{1}").replacing("\"", with: "'")
    // A line end within a literal is one that is written.
    var isLiteral = false
    text = String(
      text.compactMap { character -> Character? in
        if character == "'" { isLiteral.toggle() }
        return character == "\n" && isLiteral ? "\u{1}" : character
      })
    text = text.filter { !$0.isWhitespace }.replacing("\u{1}", with: "\n")
    for (written, plain) in [
      ("{%-", "{%"), ("-%}", "%}"), ("{{-", "{{"), ("-}}", "}}"),
      ("message.role", "message['role']"), ("message.content", "message['content']"),
      ("(message['role']", "message['role']"),
    ] {
      text = text.replacing(written, with: plain)
    }
    return text
  }

  private struct ConfigurationJSON: Decodable {
    let template: Template?
    enum CodingKeys: String, CodingKey { case template = "chat_template" }

    /// One template, or a list of named ones, of which `default` counts.
    struct Template: Decodable {
      struct Named: Decodable {
        let name: String
        let template: String
      }

      let source: String?

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
          source = text
        } else {
          source = try container.decode([Named].self).first { $0.name == "default" }?.template
        }
      }
    }
  }
}
