extension ChatTemplate {
  /// The template of a name that a user gives.
  ///
  /// - Throws: `TokenizerError.unknownChatFormat`.
  package init(argument: String) throws {
    guard let named = Self.named.first(where: { $0.name == argument }) else {
      throw TokenizerError.unknownChatFormat(argument)
    }
    self = named.template
  }
}
