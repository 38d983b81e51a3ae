// What a template is made of, after parsing.

/// A part of a template that is run in order.
indirect enum TemplateStatement: Equatable, Sendable {
  case data(String)
  case output(TemplateExpression)
  /// Branches in order, then what is left; `else` has no condition.
  case branches([Branch])
  case loop(Loop)
  case set(target: Target, value: TemplateExpression)
  case setBlock(name: String, body: [TemplateStatement])
  case macro(Macro)
  /// A body whose names are its own.
  case scoped([TemplateStatement])
  case breakLoop(line: Int)
  case continueLoop(line: Int)

  struct Branch: Equatable, Sendable {
    let condition: TemplateExpression?
    let body: [TemplateStatement]
  }

  struct Loop: Equatable, Sendable {
    let names: [String]
    let sequence: TemplateExpression
    let condition: TemplateExpression?
    let body: [TemplateStatement]
    let otherwise: [TemplateStatement]
    let line: Int
  }

  /// What is set: names, several for a list that is taken apart, or a member of a namespace.
  enum Target: Equatable, Sendable {
    case names([String])
    case member(of: String, name: String)
  }

  struct Macro: Equatable, Sendable {
    let name: String
    let parameters: [(name: String, value: TemplateExpression?)]
    let body: [TemplateStatement]

    static func == (one: Self, other: Self) -> Bool {
      one.name == other.name && one.body == other.body
        && one.parameters.elementsEqual(other.parameters) { $0 == $1 }
    }
  }
}

/// A value to be computed, and the line that it stands in.
struct TemplateExpression: Equatable, Sendable {
  let kind: Kind
  let line: Int

  indirect enum Kind: Equatable, Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case none
    case name(String)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case dictionary([Entry])
    case attribute(TemplateExpression, String)
    case item(TemplateExpression, TemplateExpression)
    case slice(TemplateExpression, [TemplateExpression?])
    case call(TemplateExpression, Arguments)
    case filter(TemplateExpression, String, Arguments)
    case test(TemplateExpression, String, Arguments)
    case not(TemplateExpression)
    case negative(TemplateExpression)
    case positive(TemplateExpression)
    case binary(String, TemplateExpression, TemplateExpression)
    /// A chain: each operator compares the value before it with its own.
    case comparison(TemplateExpression, [Comparison])
    case choice(
      condition: TemplateExpression, value: TemplateExpression, other: TemplateExpression?)
  }

  struct Entry: Equatable, Sendable {
    let key: TemplateExpression
    let value: TemplateExpression
  }

  struct Comparison: Equatable, Sendable {
    let symbol: String
    let value: TemplateExpression
  }

  struct Arguments: Equatable, Sendable {
    var values: [TemplateExpression] = []
    var named: [Named] = []

    struct Named: Equatable, Sendable {
      let name: String
      let value: TemplateExpression
    }
  }
}
