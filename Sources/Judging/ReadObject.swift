// An object of a reply that may be an entry of its answer.

import JSONLines

/// An object and the entry that it is.
struct ReadObject<Entry: JudgementEntry> {
  let object: ReplyScanner.Object
  /// What it is about; nil where that is no integer.
  let id: Int?
  /// nil where a member is missing or of another type.
  let entry: Entry?
  /// Whether a member is given twice, with different values.
  let repeatsMember: Bool

  /// Where it stands in the reply.
  var bytes: Range<Int> { object.bytes }

  /// - Parameter document: what parses the object.
  /// - Returns: nil where it is no JSON, as where it is nested too deeply.
  init?(_ object: ReplyScanner.Object, _ document: JSONDocument) {
    guard object.json.withUnsafeBytes({ (try? document.parse($0)) != nil }) else { return nil }
    let root = document.root
    guard let name = Entry.schema.first?.member, let about = root[name] else { return nil }
    self.object = object
    id = about.integer
    entry = Entry(reply: root)
    let members = root.members ?? []
    repeatsMember = Entry.schema.contains { (member, _) in
      let values = members.filter { $0.key == member }.map(\.value)
      return values.dropFirst().contains { value in
        value.kind != values[0].kind || value.integer != values[0].integer
          || value.boolean != values[0].boolean || value.string != values[0].string
      }
    }
  }
}

extension ReplyScanner {
  /// An object that has the member by which entries are known.
  ///
  /// Where it has all members of an entry, objects inside it are its own business; where it lacks one, they count in its place.
  struct Object {
    /// Where it stands in the text.
    let bytes: Range<Int>
    /// The same object as strict JSON.
    let json: [UInt8]
    /// Whether it has all members of an entry, of whatever type.
    let isComplete: Bool
    /// Whether it stands in no other object or array.
    let isOutermost: Bool
  }

  /// An object that begins as an entry and cannot be read to its end.
  struct Fragment {
    let start: Int
    /// What the entry is about, where that could be read.
    let id: Int?
  }
}
