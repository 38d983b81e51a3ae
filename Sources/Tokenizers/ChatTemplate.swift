// How messages become the text of a prompt.

internal import Foundation

/// One message of a conversation.
package struct ChatMessage: Sendable, Equatable {
  /// Who speaks: `system`, `user`, `assistant`.
  package let role: String
  package let content: String

  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// A chat template that is built in. Policies name theirs as a Jinja program; it is recognised, not run.
package enum ChatTemplate: String, Sendable, CaseIterable {
  /// `<|im_start|>ROLE⏎CONTENT<|im_end|>⏎` for each message.
  case chatML

  /// The Jinja program that does the same in transformers.
  package var source: String {
    switch self {
    case .chatML:
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' "
        + "+ message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    }
  }

  /// The pieces of a prompt.
  ///
  /// Contents are text whatever they look like: a problem that spells `<|im_end|>` ends nothing. This
  /// departs from transformers, which renders one string and then looks for markers in all of it.
  ///
  /// - Parameter addsGenerationPrompt: whether the beginning of the assistant's message follows.
  package func render(
    _ messages: [ChatMessage], addsGenerationPrompt: Bool = true
  ) -> [TokenSegment] {
    var segments: [TokenSegment] = []
    for message in messages {
      segments += [
        .special("<|im_start|>"), .text("\(message.role)\n\(message.content)"),
        .special("<|im_end|>"), .text("\n"),
      ]
    }
    if addsGenerationPrompt { segments += [.special("<|im_start|>"), .text("assistant\n")] }
    return segments
  }
}

extension ChatTemplate {
  /// The template of a policy folder: `chat_template.jinja`, or the one in `tokenizer_config.json`.
  ///
  /// - Throws: `TokenizerError` where there is none, or one that is not built in.
  package init(folder: String) throws {
    let file = "\(folder)/chat_template.jinja"
    if FileManager.default.fileExists(atPath: file) {
      let source = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
      try self.init(source: source, path: file)
      return
    }
    let configuration = "\(folder)/tokenizer_config.json"
    let json = try decodedFile(ConfigurationJSON.self, path: configuration)
    guard let source = json.template?.source else {
      throw TokenizerError.missingChatTemplate(path: configuration)
    }
    try self.init(source: source, path: configuration)
  }

  /// Recognises a template, whatever its quotes, white space and trimming marks.
  init(source: String, path: String) throws(TokenizerError) {
    let essence = Self.essence(source)
    guard let template = Self.allCases.first(where: { Self.essence($0.source) == essence }) else {
      throw .unknownChatTemplate(path: path, beginning: String(source.prefix(60)))
    }
    self = template
  }

  /// A template without what cannot change its output in the programs recognised here.
  private static func essence(_ source: String) -> String {
    var text = source.replacingOccurrences(of: "\"", with: "'")
    for (written, plain) in [
      ("{%-", "{%"), ("-%}", "%}"), ("message.role", "message['role']"),
      ("message.content", "message['content']"), ("\\n'+'", "\\n"), ("'+'\\n", "\\n"),
    ] {
      text = text.filter { !$0.isWhitespace }.replacingOccurrences(of: written, with: plain)
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
