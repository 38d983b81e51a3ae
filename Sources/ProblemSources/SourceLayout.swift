import Diagnostics
import JSONLines
import Records
import Rubrics

/// How the rows of a source are to be understood.
package enum SourceLayout: Equatable, Sendable {
  /// Parts of the problem under names.
  case fields(FieldNames)
  /// GSM8K's own records: `question`, and `answer` with annotations and a last line.
  case gsm8k

  /// What a row says of a problem.
  package func problem(in row: SourceRow) throws -> SourceProblem {
    switch self {
    case .fields(let names): try SourceFields(row: row).problem(names)
    case .gsm8k: try gsm8kProblem(in: row.record)
    }
  }

  /// The paths of the fields that a problem is made from; all others are left as they are.
  var consumedPaths: [String] {
    switch self {
    case .fields(let names): names.all
    case .gsm8k: ["id", "question", "answer"]
    }
  }
}

/// The fields of one row, by path.
private struct SourceFields {
  let row: SourceRow

  func problem(_ names: FieldNames) throws -> SourceProblem {
    let messages = try messages(names.messages)
    let asked =
      names.takesProblemFromMessages ? messages.last { $0.role == "user" }?.content : nil
    return SourceProblem(
      id: try text(names.id) ?? text(FieldNames.records.id), source: try text(names.source),
      problem: try text(names.problem) ?? text(FieldNames.records.problem) ?? asked,
      groundTruth: try groundTruth(names.groundTruth), rubric: try rubric(names.rubric),
      solution: try text(names.solution), messages: messages,
      unused: try unused(names.rubric, besides: RubricItem.members, of: "rubric items")
        + unused(names.messages, besides: ChatMessage.members, of: "messages") + media,
      damagedFields: try damagedFields(names, messages))
  }

  /// Fields are looked at as they stand there: an answer's white space is cut off, and a form feed is such.
  private func damagedFields(_ names: FieldNames, _ messages: [ChatMessage]) throws -> [String] {
    let problem = try field(names.problem) == nil ? FieldNames.records.problem : names.problem
    let texts = try [(problem, true), (names.groundTruth, false), (names.solution, true)]
      .filter { path, hasTabs in
        let written = try field(path)?.value?.string
        return hasLostBackslash(written ?? "", hasTabs: hasTabs)
      }
    let isDamaged = messages.contains { hasLostBackslash($0.content, hasTabs: true) }
    return texts.map(\.0) + (isDamaged ? [names.messages] : [])
  }

  /// The members of the objects in an array that no problem holds.
  private func unused(_ path: String, besides known: [String], of what: String) throws -> [String] {
    guard let field = try field(path), field.value?.kind == .array else { return [] }
    let objects = (field.value?.elements ?? []).filter { $0.kind == .object }
    guard !objects.isEmpty else { return [] }
    return try field.fields.objects(field.key).flatMap { object in
      object.members(besides: known).map { "\"\($0)\" of \(what)" }
    }
  }

  /// Columns by which public sets bring pictures, sound and tools; they go on unread.
  private var media: [String] {
    ["image", "images", "video", "videos", "audio", "audios", "tools"].filter {
      row.record.fields.has($0)
    }
    .map { "\"\($0)\" of rows" }
  }

  /// A field that is there and not null.
  private struct Field {
    let fields: Fields
    /// The way to it from the top of the row.
    let keys: [String]

    var key: String { keys[keys.count - 1] }
    var value: JSONValue? { fields.value[key] }
  }

  private func field(_ path: String) throws -> Field? {
    var fields = row.record.fields
    if fields.has(path) { return Field(fields: fields, keys: [path]) }
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for key in keys.dropLast() {
      guard fields.has(key) else { return nil }
      fields = try fields.object(key)
    }
    return fields.has(keys[keys.count - 1]) ? Field(fields: fields, keys: keys) : nil
  }

  /// A text, or a number as text; nil where it is missing or blank.
  private func text(_ path: String) throws -> String? {
    guard let field = try field(path), let text = try field.fields.textIfPresent(field.key),
      !text.isBlank
    else { return nil }
    guard field.value?.kind == .number,
      let written = writtenValue(at: field.keys, in: row.record.bytes),
      !written.contains(where: { $0 == "e" || $0 == "E" })
    else { return text }
    // The digits as they stand there, which a double might not hold.
    return withoutIdleZeros(written)
  }

  /// The reference answer. A table cannot say whether 37.0 is meant as a number, and its writers turn whole numbers into
  /// such (a column with a gap becomes one of doubles), so that it is taken as one.
  private func groundTruth(_ path: String) throws -> String? {
    if let field = try field(path) { _ = try field.fields.answerIfPresent(field.key) }
    guard let text = try text(path)?.trimmed else { return nil }
    guard !row.isTyped, let point = text.firstIndex(of: "."), Int(text[..<point]) != nil,
      text[point...].dropFirst().allSatisfy({ $0 == "0" })
    else { return text }
    return withoutIdleZeros(text)
  }

  /// "37" for 37.0, "0.5" for 0.50.
  private func withoutIdleZeros(_ number: String) -> String {
    guard number.contains(".") else { return number }
    let end = number.lastIndex { $0 != "0" } ?? number.startIndex
    return String(number[end] == "." ? number[..<end] : number[...end])
  }

  private func rubric(_ path: String) throws -> SourceRubric? {
    guard let field = try field(path), let value = field.value else { return nil }
    let lines: [RubricLine]
    let items: [RubricItem]
    switch value.kind {
    case .string:
      lines = rubricLines(ofText: value.string ?? "")
      items = rubricItems(of: lines)
    case .array where value.elements?.allSatisfy({ $0.kind == .string }) ?? false:
      let texts = value.elements?.compactMap(\.string) ?? []
      // One item a text: a line break inside makes no second one.
      lines = rubricLines(
        ofText: texts.map { $0.split { ["\n", "\r", "\r\n"].contains($0) }.joined(separator: " ") }
          .joined(separator: "\n"))
      items = rubricItems(of: lines)
    case .array:
      (lines, items) = try itemObjects(field)
    default:
      throw RecordError.wrongType(
        path, expected: "a text or an array of items", found: value.kind, record: row.record.id,
        row.record.position)
    }
    if lines.isEmpty, value.kind == .string { return nil }
    return SourceRubric(lines: lines, items: items)
  }

  /// Items as objects: `type` and `text`, and `id` where they are numbered.
  private func itemObjects(_ field: Field) throws -> ([RubricLine], [RubricItem]) {
    var lines: [RubricLine] = []
    var items: [RubricItem] = []
    for (index, object) in try field.fields.objects(field.key).enumerated() {
      let line = RubricLine(
        number: index + 1, tag: try object.string("type"), text: try object.string("text").trimmed,
        hasLostBackslash: hasLostBackslash(try object.string("text")))
      lines.append(line)
      let id = try object.integerIfPresent("id") ?? items.count + 1
      guard !items.contains(where: { $0.id == id }) else {
        throw object.invalid("id", "is \(id), which an item before it has already")
      }
      if let item = line.item(id: id) { items.append(item) }
    }
    return (lines, items)
  }

  private func messages(_ path: String) throws -> [ChatMessage] {
    guard let field = try field(path), let value = field.value else { return [] }
    if let text = value.string {
      return text.isBlank ? [] : [ChatMessage(role: "user", content: text)]
    }
    return try field.fields.objects(field.key).map(ChatMessage.init)
  }
}

extension String {
  var isBlank: Bool { allSatisfy(\.isWhitespace) }

  /// Without white space at either end.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
