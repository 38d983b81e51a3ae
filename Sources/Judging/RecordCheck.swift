// What judges say of the parts of a record, as the record keeps it.

package import JSONLines
package import Records

/// A judgement of one of those parts.
package protocol CheckedEntry: JudgementEntry {
  /// The member of the record that holds the check.
  static var checkKey: String { get }
  /// The tool that writes it, for messages.
  static var checkTool: String { get }
  /// The member of the check that holds the entries.
  static var listKey: String { get }
}

/// Whether each part of a record (a step, an item of its rubric) passes, and who says so.
package struct RecordCheck<Entry: CheckedEntry>: RecordObject, Equatable, Sendable {
  package static var key: String { Entry.checkKey }
  package static var tool: String { Entry.checkTool }

  /// Who checked.
  package let judge: String
  /// An entry for every part; none where the check failed.
  package let entries: [Entry]
  /// Why the check failed, which says nothing about the parts; nil where it did not.
  package let error: String?
  /// nil where there is one voter alone.
  package let panel: PanelRecord?

  package init(
    judge: String, _ entries: [Entry], error: String? = nil, panel: PanelRecord? = nil
  ) {
    self.judge = judge
    self.entries = entries
    self.error = error
    self.panel = panel
  }

  package init(_ fields: Fields) throws {
    judge = try fields.string("judge")
    let objects = try fields.objects(Entry.listKey)
    entries = try objects.map { try Entry($0) }
    var seen: Set<Int> = []
    for (entry, object) in zip(entries, objects) where !seen.insert(entry.id).inserted {
      throw object.invalid(
        Entry.schema[0].member, "is \(entry.id), which an entry before it has already")
    }
    error = try fields.stringIfPresent("error")
    panel = try PanelRecord(fields)
  }

  package func write(to json: inout JSONWriter) {
    json.object { check in
      check.member("judge", judge)
      check.member(Entry.listKey, entries)
      panel?.writeMembers(to: &check)
      check.member(ifPresent: "error", error)
    }
  }
}
