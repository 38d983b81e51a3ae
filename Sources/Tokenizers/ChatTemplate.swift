// How messages become the text of a prompt.

package import ChatTemplates

/// One message of a conversation.
package struct ChatMessage: Sendable, Equatable {
  /// Who speaks: `system`, `user`, `assistant`.
  package let role: String
  package let content: String
  /// All that the message has, in its order; nil where that is role and content alone.
  private let members: TemplateMessage?

  /// - Parameter members: all that the message has, role and content among them, which a policy's own template is given.
  package init(role: String, content: String, members: TemplateMessage? = nil) {
    self.role = role
    self.content = content
    self.members = members
  }

  /// What a policy's own template is given.
  var templateMessage: TemplateMessage {
    members ?? TemplateMessage(role: role, content: content)
  }
}

/// A chat template: one that is built in and has a name, or a policy's own, a Jinja program that is run.
package enum ChatTemplate: Sendable, Equatable {
  /// `<|im_start|>ROLE⏎CONTENT<|im_end|>⏎` for each message; where the first is no system message, one with the default
  /// comes before it. SmolLM and Qwen2 differ in the default alone.
  case chatML(defaultSystem: String?)
  /// ChatML whose answer begins with an empty thought, so that the model answers at once: Qwen3 without thinking.
  case qwen3
  /// `<|start_header_id|>ROLE<|end_header_id|>⏎⏎CONTENT<|eot_id|>`, contents trimmed, after the beginning of the text.
  case llama3
  /// The same with a system message that always comes first and tells two dates.
  case llama31
  /// A policy's own.
  case own(PolicyTemplate)

  /// ChatML without a default system message.
  package static let chatML = ChatTemplate.chatML(defaultSystem: nil)

  /// The templates that an option can name, by their names.
  package static let named: [(name: String, template: ChatTemplate)] = [
    ("chatml", .chatML),
    (
      "smollm",
      .chatML(
        defaultSystem: "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
    ),
    ("qwen2", .chatML(defaultSystem: "You are a helpful assistant.")),
    (
      "qwen2.5",
      .chatML(
        defaultSystem: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.")
    ),
    ("qwen3", .qwen3), ("llama3", .llama3), ("llama3.1", .llama31),
  ]

  /// Whether a prompt can depend on a member of messages. The built-in ones write role and content alone.
  package func mayShow(_ member: String) -> Bool {
    if case .own(let template) = self { return template.mayShow(member) }
    return ["role", "content"].contains(member)
  }

  /// The pieces of a prompt.
  ///
  /// Contents are text whatever they look like: a problem that spells `<|im_end|>` ends nothing. This
  /// departs from transformers, which renders one string and then looks for markers in all of it.
  ///
  /// - Parameter addsGenerationPrompt: whether the beginning of the assistant's message follows.
  /// - Throws: `TokenizerError.badChatTemplate`, `.refusedMessages`, of a policy's own template.
  package func render(
    _ messages: [ChatMessage], addsGenerationPrompt: Bool = true
  ) throws(TokenizerError) -> [TokenSegment] {
    switch self {
    case .own(let template):
      return try template.render(messages, addsGenerationPrompt: addsGenerationPrompt)
    case .chatML(let defaultSystem):
      return chatML(messages, defaultSystem, addsGenerationPrompt: addsGenerationPrompt)
    case .qwen3:
      let segments = chatML(messages, nil, addsGenerationPrompt: addsGenerationPrompt)
      return addsGenerationPrompt
        ? segments + [
          .special("<think>"), .text("\n\n"), .special("</think>"), .text("\n\n"),
        ] : segments
    case .llama3, .llama31:
      return llama(messages, addsGenerationPrompt: addsGenerationPrompt)
    }
  }

  private func chatML(
    _ messages: [ChatMessage], _ defaultSystem: String?, addsGenerationPrompt: Bool
  ) -> [TokenSegment] {
    var messages = messages
    if let defaultSystem, messages.first?.role != "system" {
      messages.insert(ChatMessage(role: "system", content: defaultSystem), at: 0)
    }
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

  private func llama(_ messages: [ChatMessage], addsGenerationPrompt: Bool) -> [TokenSegment] {
    func header(_ role: String) -> [TokenSegment] {
      [.special("<|start_header_id|>"), .text(role), .special("<|end_header_id|>")]
    }
    var rest = messages[...]
    var segments: [TokenSegment] = [.special("<|begin_of_text|>")]
    if self == .llama31 {
      let system = rest.first?.role == "system" ? rest.removeFirst().content.trimmed : ""
      // The date is the template's own default, not the clock's: the same input gives the same prompt.
      segments +=
        header("system") + [
          .text(
            "\n\nCutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n\(system)"),
          .special("<|eot_id|>"),
        ]
    }
    for message in rest {
      segments +=
        header(message.role) + [.text("\n\n\(message.content.trimmed)"), .special("<|eot_id|>")]
    }
    if addsGenerationPrompt { segments += header("assistant") + [.text("\n\n")] }
    return segments
  }
}

extension String {
  fileprivate var trimmed: Substring { self[...].droppingLeadingSpace.droppingTrailingSpace }
}
