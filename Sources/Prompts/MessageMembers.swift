// Messages with all their members, as a policy's own template is given them.

internal import ChatTemplates
internal import JSONLines
package import Records
package import Tokenizers

extension ChatTemplate {
  /// The names of members of a record's messages that no prompt depends on, once for each message that has them.
  ///
  /// - Parameter template: what makes prompts; nil where a server does, which is given role and content.
  package static func unusedMembers(
    ofMessagesIn record: Record, by template: ChatTemplate?
  ) throws(RecordError) -> [String] {
    let others = try Problem.unusedMessageMembers(of: record)
    guard let template else { return others }
    return others.filter { !template.mayShow($0) }
  }
}

/// The messages of a problem for a template.
///
/// - Throws: `RecordError` for what JSON has and a template cannot be given.
func templateMessages(
  of problem: Problem, in record: Record
) throws(RecordError) -> [Tokenizers.ChatMessage] {
  let fields = try record.fields.objects("messages")
  var messages: [Tokenizers.ChatMessage] = []
  for (index, message) in problem.messages.enumerated() {
    let reader = MessageReader(record: record)
    let input = try reader.input(fields[index].value, "messages[\(index)]", depth: 0)
    guard case .object(let members) = input else { continue }
    messages.append(
      Tokenizers.ChatMessage(
        role: message.role, content: message.content, members: TemplateMessage(members: members)))
  }
  return messages
}

/// Makes of JSON what Python makes of it, or refuses it.
private struct MessageReader {
  let record: Record

  func input(
    _ value: JSONValue, _ path: String, depth: Int
  ) throws(RecordError) -> TemplateInput {
    guard depth <= TemplateInput.greatestDepth else {
      throw invalid(path, "is nested too deeply for a chat template")
    }
    switch value.kind {
    case .null: return .none
    case .boolean: return .boolean(value.boolean ?? false)
    case .integer:
      guard let integer = value.integer else {
        throw invalid(path, "is too large a number for a chat template")
      }
      return .integer(integer)
    case .number: return .number(value.double ?? 0)
    case .string: return .text(value.string ?? "")
    case .array:
      var elements: [TemplateInput] = []
      for (index, element) in (value.elements ?? []).enumerated() {
        elements.append(try input(element, "\(path)[\(index)]", depth: depth + 1))
      }
      return .list(elements)
    case .object:
      var members: [TemplateMember] = []
      var names: Set<String> = []
      for (name, value) in value.members ?? [] {
        guard names.insert(name).inserted else {
          throw invalid(path, "has \"\(name)\" twice")
        }
        members.append(
          TemplateMember(name: name, value: try input(value, "\(path).\(name)", depth: depth + 1)))
      }
      return .object(members)
    }
  }

  private func invalid(_ path: String, _ reason: String) -> RecordError {
    .invalidValue(path, reason: reason, record: record.id, record.position)
  }
}
