extension Tokenizer {
  /// The token by which a chat template ends an assistant's turn: the first added token after its content.
  ///
  /// - Returns: nil where no token follows, or where the template refuses a plain conversation.
  /// - Throws: `TokenizerError` for a template that cannot be followed or writes a marker that the vocabulary lacks.
  package func turnEnd(of template: ChatTemplate) throws(TokenizerError) -> Int? {
    let content = "srar"
    let messages = [
      ChatMessage(role: "user", content: content), ChatMessage(role: "assistant", content: content),
    ]
    let segments: [TokenSegment]
    do {
      segments = try template.render(messages, addsGenerationPrompt: false)
    } catch .refusedMessages {
      return nil
    }
    guard
      let last = segments.lastIndex(where: {
        if case .text(let text) = $0 { text.contains(content) } else { false }
      })
    else { return nil }
    let added = Set(vocabulary.addedTokens.map(\.id))
    return try encode(Array(segments[(last + 1)...])).first { added.contains($0) }
  }
}
