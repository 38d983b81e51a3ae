// Prompts and responses of records as a policy's tokens.

package import Records
package import Tokenizers

/// Makes a policy's tokens of messages, solutions and responses.
package struct PromptEncoder: Sendable {
  private let tokenizer: Tokenizer
  private let template: ChatTemplate
  private let ends: [Int]
  /// The token that ends a turn by the chat template; nil where the template does not show one.
  private let templateEnd: Int?

  /// - Parameters:
  ///   - folder: the policy's, for its own template.
  ///   - chatFormat: what renders prompts instead.
  ///   - ends: tokens at which sampling stops, of `config.json` and `generation_config.json`.
  /// - Throws: `TokenizerError` where the folder has no chat template, or one that cannot be followed.
  package init(
    tokenizer: Tokenizer, folder: String, chatFormat: ChatTemplate?, ends: [Int]
  ) throws {
    self.tokenizer = tokenizer
    self.ends = ends
    template = try chatFormat ?? ChatTemplate(folder: folder)
    templateEnd = try tokenizer.turnEnd(of: template)
  }

  /// The token that ends a response: the one by which the chat template ends a turn.
  ///
  /// Sampling may not stop at that token, as in base models that carry a chat template. Then this is the first token at which it
  /// does stop: a policy that learned the other would never stop. nil where the policy names none.
  package var responseEnd: Int? {
    templateEnd.flatMap { ends.contains($0) ? $0 : nil } ?? ends.first
  }

  /// What a user should know of the prompts and responses.
  ///
  /// - Parameter makesResponses: whether responses are given their ends here.
  package func notes(makesResponses: Bool) -> [String] {
    var notes = templateNotes(on: template)
    if makesResponses, let end = responseEnd, end != templateEnd {
      let name = { String(decoding: tokenizer.bytes(of: $0), as: UTF8.self) }
      let other = templateEnd.map { "ends turns with \(name($0)), at which sampling does not stop" }
      notes.append(
        "the chat template \(other ?? "shows no end of a turn"): responses end with \(name(end))")
    }
    return notes
  }

  /// The tokens of a problem's prompt.
  ///
  /// - Throws: `RecordError` where it has no messages, or the template refuses them or makes nothing of them; `TokenizerError`.
  package func prompt(of problem: Problem, in record: Record) throws -> [Int] {
    let tokens = try tokenizer.encode(promptSegments(of: problem, in: record, template))
    guard !tokens.isEmpty else {
      throw RecordError.invalidValue(
        "messages",
        reason:
          "are rendered to an empty prompt by the chat template; give another by '--chat-format'",
        record: problem.id, record.position)
    }
    return tokens
  }

  /// The names of members of a record's messages that its prompt does not depend on, once for each message that has them.
  package func unusedMembers(ofMessagesIn record: Record) throws(RecordError) -> [String] {
    try ChatTemplate.unusedMembers(ofMessagesIn: record, by: template)
  }

  /// The tokens of a response or a solution, without its end.
  package func response(_ text: String, after prompt: [Int]) -> [Int] {
    tokenizer.encode(response: text, after: prompt, ends: ends)
  }
}

/// What a user should know of a template that can make a model think, or asks for the day.
package func templateNotes(on template: ChatTemplate) -> [String] {
  guard case .own(let template) = template else { return [] }
  var notes: [String] = []
  if template.choosesThinking {
    notes.append(
      "the policy can think or not: prompts are rendered without thinking (enable_thinking=false)")
  }
  if template.asksForDay {
    notes.append(
      "the chat template asks for the day: it is told 2024-07-26, whatever the clock says")
  }
  return notes
}

/// The pieces of a problem's prompt.
///
/// - Throws: `RecordError` where it has no messages or the template refuses them; `TokenizerError`.
package func promptSegments(
  of problem: Problem, in record: Record, _ template: ChatTemplate
) throws -> [TokenSegment] {
  guard !problem.messages.isEmpty else {
    throw RecordError.missingField(
      "messages", record: problem.id, record.position, writtenBy: "srar-prep")
  }
  do {
    return try template.render(templateMessages(of: problem, in: record))
  } catch TokenizerError.refusedMessages(_, let reason) {
    throw RecordError.invalidValue(
      "messages", reason: "are refused by the chat template: \(reason)", record: problem.id,
      record.position)
  }
}
