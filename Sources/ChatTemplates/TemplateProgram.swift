// A chat template, ready to be run.

/// A piece of what a template makes of messages.
package struct TemplateRun: Equatable, Sendable {
  package let text: String
  /// Whether a message brought it, rather than the template.
  package let isContent: Bool

  package init(text: String, isContent: Bool) {
    self.text = text
    self.isContent = isContent
  }
}

/// A chat template: from messages to the text of a prompt, exactly as Jinja2 makes it in transformers.
package struct TemplateProgram: Equatable, Sendable {
  private let statements: [TemplateStatement]
  private let source: String

  /// - Throws: `TemplateError` where the source is no template, or uses blocks that are not evaluated here.
  package init(source: String) throws(TemplateError) {
    statements = try TemplateParser.statements(of: source)
    self.source = source
  }

  /// Whether the source mentions a name, such as that of an option.
  package func mentions(_ name: String) -> Bool { source.contains(name) }

  /// The text of a prompt in runs of one origin.
  ///
  /// - Parameters:
  ///   - messages: in order. Roles that templates know count as the template's words.
  ///   - texts: names of the template's own world, such as `bos_token`.
  ///   - flags: options, such as `add_generation_prompt`.
  /// - Throws: `TemplateError` for what Jinja2 would refuse, what is not evaluated here, and what the template itself raises.
  package func render(
    messages: [TemplateMessage], texts: [String: String], flags: [String: Bool]
  ) throws(TemplateError) -> [TemplateRun] {
    let scope = TemplateScope()
    for (name, text) in texts { scope[name] = .text(text) }
    for (name, flag) in flags { scope[name] = .boolean(flag) }
    // transformers passes both, whether or not there are any.
    scope["tools"] = TemplateValue.none
    scope["documents"] = TemplateValue.none
    scope["messages"] = .list(messages.map(\.value))
    var evaluation = TemplateEvaluation()
    defer { evaluation.forget() }
    _ = try evaluation.run(statements, in: scope)
    return evaluation.output.runs.map { TemplateRun(text: $0.text, isContent: $0.isContent) }
  }
}
