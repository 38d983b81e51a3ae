// Running a template: members, items and slices.

extension TemplateEvaluation {
  func member(
    _ name: String, of owner: TemplateValue, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    // Python looks among its own names first.
    if let own = try ownMember(name, of: owner, line) { return own }
    switch owner {
    case .undefined(let owner): throw .invalid("\"\(owner)\" is not defined", line: line)
    case .namespace(let namespace): return namespace.members[name] ?? .undefined(name)
    case .loop(let members): return members[name] ?? .undefined("loop.\(name)")
    case .dictionary(let dictionary): return dictionary[TemplateText(name)] ?? .undefined(name)
    default: return .undefined(name)
    }
  }

  /// What Python itself knows by a name; nil where it knows nothing.
  ///
  /// - Throws: `TemplateError.unsupported` for what it knows and is not evaluated here.
  private func ownMember(
    _ name: String, of owner: TemplateValue, _ line: Int
  ) throws(TemplateError) -> TemplateValue? {
    switch owner {
    case .undefined: return nil
    case .dictionary where Self.dictionaryMethods.evaluated.contains(name),
      .text where Self.textMethods.evaluated.contains(name):
      return .method(of: owner, name: name)
    case .dictionary where Self.dictionaryMethods.others.contains(name),
      .text where Self.textMethods.others.contains(name),
      .loop where ["cycle", "changed"].contains(name),
      .sequence where Self.sequenceMembers.contains(name),
      .boolean, .integer, .number, .generator, .function, .method, .macro:
      throw .unsupported("\"\(name)\" of \(owner.kindName)", line: line)
    default:
      guard name.hasPrefix("_") else { return nil }
      if case .dictionary(let dictionary) = owner, !name.hasPrefix("__") {
        return dictionary[TemplateText(name)]
      }
      throw .unsupported("\"\(name)\" of \(owner.kindName)", line: line)
    }
  }

  func item(
    _ index: TemplateValue, of owner: TemplateValue, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    switch (owner, index) {
    case (.undefined(let name), _): throw .invalid("\"\(name)\" is not defined", line: line)
    case (.dictionary(let dictionary), .text(let key)):
      if let value = dictionary[key] { return value }
      return try ownMember(key.string, of: owner, line) ?? .undefined(key.string)
    case (.dictionary(let dictionary), .integer(let key)):
      return dictionary[.integer(key)] ?? .undefined("[\(key)]")
    case (.sequence(let sequence), .integer(let index)) where sequence.kind != .view:
      let count = sequence.elements.count
      let place = index < 0 ? count &+ index : index
      return (0..<count).contains(place) ? sequence.elements[place] : .undefined("[\(index)]")
    case (.text(let text), .integer(let index)):
      let place = index < 0 ? text.count &+ index : index
      return (0..<text.count).contains(place)
        ? .text(text.character(place)) : .undefined("[\(index)]")
    case (.none, .integer), (.boolean, .integer), (.integer, .integer), (.number, .integer):
      return .undefined("an item of \(owner.kindName)")
    case (.namespace, .text(let key)), (.loop, .text(let key)), (.none, .text(let key)),
      (.text, .text(let key)):
      return try member(key.string, of: owner, line)
    case (.sequence(let sequence), .text(let key)) where sequence.kind != .view:
      return try member(key.string, of: owner, line)
    default:
      throw .unsupported("\(index.kindName) as an index of \(owner.kindName)", line: line)
    }
  }

  mutating func slice(
    _ owner: TemplateValue, _ bounds: [TemplateExpression?], _ scope: TemplateScope, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    var numbers: [Int?] = []
    for bound in bounds {
      guard let bound else {
        numbers.append(nil)
        continue
      }
      switch try value(bound, scope) {
      case .integer(let number): numbers.append(number)
      case .none: numbers.append(nil)
      case let other: throw .invalid("\(other.kindName) cannot bound a slice", line: line)
      }
    }
    let count: Int
    switch owner {
    case .sequence(let sequence) where sequence.kind != .view: count = sequence.elements.count
    case .text(let text): count = text.count
    default: throw .invalid("\(owner.kindName) cannot be sliced", line: line)
    }
    let step = (numbers.count > 2 ? numbers[2] : nil) ?? 1
    guard step == 1 || step == -1 else { throw .unsupported("this step of a slice", line: line) }
    // Python's rule: bounds count from the end where negative, and never reach beyond the ends.
    let least = step > 0 ? 0 : -1
    func bound(_ number: Int?, orElse other: Int) -> Int {
      guard let number else { return other }
      return min(max(number < 0 ? number + count : number, least), count + least)
    }
    let start = bound(numbers[0], orElse: step > 0 ? 0 : count - 1)
    let end = bound(numbers.count > 1 ? numbers[1] : nil, orElse: step > 0 ? count : -1)
    let places = Array(stride(from: start, to: end, by: step))
    if case .sequence(let sequence) = owner {
      try budget.spend(elements: places.count, line)
      return .sequence(TemplateSequence(sequence.kind, places.map { sequence.elements[$0] }))
    }
    guard case .text(let text) = owner else { return owner }
    try budget.spend(codePoints: places.count, line)
    if step > 0 { return .text(text[start..<max(start, end)]) }
    return .text(text[end + 1..<max(start, end) + 1].reversed)
  }
}
