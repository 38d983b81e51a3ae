package import JSONLines
package import Rubrics

/// One chat message.
package struct ChatMessage: Equatable, Sendable, JSONWritable {
  /// "system", "user" or "assistant".
  package let role: String
  package let content: String

  package init(role: String, content: String) {
    self.role = role
    self.content = content
  }

  /// The members that are read; what else a message has reaches no model.
  package static let members = ["role", "content"]

  /// - Throws: where the content is no text, such as a list of parts.
  package init(_ fields: Fields) throws(RecordError) {
    guard fields.value["content"]?.kind != .array else {
      throw fields.invalid(
        "content", "is a list of parts; join its texts into one, since only text is read")
    }
    self.init(role: try fields.string("role"), content: try fields.string("content"))
  }

  package func write(to json: inout JSONWriter) {
    json.object { message in
      message.member("role", role)
      message.member("content", content)
    }
  }
}

/// What `srar-prep` writes: a problem with its answer and rubric. Its fields are the record's own.
package struct Problem: Equatable, Sendable {
  /// The problem's identity; the group key of its rollouts.
  package var id: String
  /// The set that it comes from.
  package var source: String?
  package var problem: String
  /// The reference answer as text: `37`, not `37.0`.
  package var groundTruth: String?
  /// nil where no rubric is given; empty where it is known to have no items.
  package var rubric: [RubricItem]?
  /// A reference solution in step format, for supervised warm start.
  package var solution: String?
  package var messages: [ChatMessage]

  package init(
    id: String, source: String? = nil, problem: String, groundTruth: String? = nil,
    rubric: [RubricItem]? = nil, solution: String? = nil, messages: [ChatMessage] = []
  ) {
    self.id = id
    self.source = source
    self.problem = problem
    self.groundTruth = groundTruth
    self.rubric = rubric
    self.solution = solution
    self.messages = messages
  }

  /// The problem of a record that `srar-prep` has written.
  package init(_ record: Record) throws {
    let fields = record.fields.writtenBy("srar-prep")
    id = try record.requiredID()
    source = try fields.stringIfPresent("source")
    problem = try fields.string("problem")
    groundTruth = try fields.answerIfPresent("ground_truth")
    rubric = try fields.rubricIfPresent("rubric")
    solution = try fields.stringIfPresent("solution")
    messages = try (fields.objectsIfPresent("messages") ?? []).map(ChatMessage.init)
  }

  /// The names of members of a record's messages that reach no model, once for each message that has them.
  package static func unusedMessageMembers(of record: Record) throws(RecordError) -> [String] {
    try (record.fields.objectsIfPresent("messages") ?? []).flatMap {
      $0.members(besides: ChatMessage.members)
    }
  }

  /// Writes the problem's fields as members of a record.
  package func writeMembers(to json: inout JSONWriter) {
    json.member("id", id)
    json.member(ifPresent: "source", source)
    json.member("problem", problem)
    json.member(ifPresent: "ground_truth", groundTruth)
    json.member(ifPresent: "rubric", rubric)
    json.member(ifPresent: "solution", solution)
    if !messages.isEmpty { json.member("messages", messages) }
  }
}

extension RubricItem: JSONWritable {
  /// The members that are read; what else an item has, such as a weight, changes no score.
  package static let members = ["id", "type", "text"]

  package init(_ fields: Fields) throws(RecordError) {
    let name = try fields.string("type")
    guard let type = RubricItemType(rawValue: name) else {
      throw fields.invalid(
        "type", "is \"\(name)\", which is not SUGGEST, PITFALL, BONUS or ANSWER")
    }
    self.init(id: try fields.integer("id"), type: type, text: try fields.string("text"))
  }

  package func write(to json: inout JSONWriter) {
    json.object { item in
      item.member("id", id)
      item.member("type", type.rawValue)
      item.member("text", text)
    }
  }
}

extension Fields {
  /// The rubric under a key: `[{"id":1,"type":"SUGGEST","text":"…"}]`.
  package func rubricIfPresent(_ key: String) throws(RecordError) -> [RubricItem]? {
    guard let objects = try objectsIfPresent(key) else { return nil }
    var items: [RubricItem] = []
    for object in objects {
      let item = try RubricItem(object)
      guard !items.contains(where: { $0.id == item.id }) else {
        throw object.invalid("id", "is \(item.id), which an item before it has already")
      }
      items.append(item)
    }
    return items
  }

  /// The one reference answer under a key, as text.
  ///
  /// - Throws: where there are several.
  package func answerIfPresent(_ key: String) throws(RecordError) -> String? {
    guard value[key]?.kind != .array else {
      throw invalid(key, "is a list; give one answer, since a response is compared with one only")
    }
    return try textIfPresent(key)
  }

  /// The names of members that hold something and are none of those that are read.
  package func members(besides known: [String]) -> [String] {
    (value.members ?? []).filter { !known.contains($0.key) && $0.value.kind != .null }.map(\.key)
  }

  /// The same fields, with the tool that writes them, for messages.
  package func writtenBy(_ tool: String) -> Fields {
    var fields = self
    fields.tool = tool
    return fields
  }
}
