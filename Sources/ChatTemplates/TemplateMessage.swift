// What a template is given of messages.

/// A value of a message, as JSON has it.
package indirect enum TemplateInput: Equatable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([TemplateInput])
  case object([TemplateMember])

  /// Lists and objects within each other that a template can be given.
  package static let greatestDepth = TemplateBudget.greatestDepth - 2

  fileprivate var value: TemplateValue {
    switch self {
    case .none: .none
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let text): .text(TemplateText(text, isContent: true))
    case .list(let elements): .list(elements.map(\.value))
    case .object(let members):
      .dictionary(
        TemplateDictionary(
          unique: members.map { (TemplateText($0.name, isContent: true), $0.value.value) }))
    }
  }
}

/// A member of a message or of an object in one.
package struct TemplateMember: Equatable, Sendable {
  package let name: String
  package let value: TemplateInput

  package init(name: String, value: TemplateInput) {
    self.name = name
    self.value = value
  }
}

/// One message, all its members in their order; no two of one object have the same name.
package struct TemplateMessage: Equatable, Sendable {
  package let members: [TemplateMember]

  package init(members: [TemplateMember]) { self.members = members }

  package init(role: String, content: String) {
    self.init(members: [
      TemplateMember(name: "role", value: .text(role)),
      TemplateMember(name: "content", value: .text(content)),
    ])
  }

  /// Roles that are words of templates; others are text that records bring.
  private static let templateRoles: Set = ["system", "user", "assistant", "tool"]
  /// Names that every message has are words of templates, too.
  private static let templateNames: Set = ["role", "content"]

  var value: TemplateValue {
    .dictionary(
      TemplateDictionary(
        unique: members.map { member in
          let name = TemplateText(
            member.name, isContent: !Self.templateNames.contains(member.name))
          if member.name == "role", case .text(let role) = member.value,
            Self.templateRoles.contains(role)
          {
            return (name, .text(TemplateText(role)))
          }
          return (name, member.value.value)
        }))
  }
}
