// The fields of a row that nobody has used: they go on, as bytes, in their order.

import JSONLines

/// A JSON object without some of its fields, which are named by paths such as `extra_info.rubric`.
struct RemainingMembers {
  private let bytes: UnsafeRawBufferPointer
  private let used: Set<String>

  /// - Parameters:
  ///   - bytes: a valid JSON object; must outlive this value.
  ///   - used: the paths that are left out.
  init(_ bytes: UnsafeRawBufferPointer, without used: Set<String>) {
    self.bytes = bytes
    self.used = used
  }

  /// Writes the members into the object being written, but for those of the given names.
  func write(to json: inout JSONWriter, except names: Set<String> = []) {
    write(bytes, path: "", except: names, to: &json)
  }

  /// Writes the members of the object under a key of the top level, if there is one.
  func writeMembers(of key: String, to json: inout JSONWriter) {
    for member in ObjectLayout(scanning: bytes).members where name(member, in: bytes) == key {
      let value = UnsafeRawBufferPointer(rebasing: bytes[member.value])
      guard value.first == UInt8(ascii: "{") else { continue }
      write(value, path: key + ".", except: [], to: &json)
    }
  }

  private func write(
    _ object: UnsafeRawBufferPointer, path: String, except names: Set<String>,
    to json: inout JSONWriter
  ) {
    for member in ObjectLayout(scanning: object).members {
      let name = name(member, in: object)
      let memberPath = path + name
      guard !used.contains(memberPath), !names.contains(memberPath) else { continue }
      let value = UnsafeRawBufferPointer(rebasing: object[member.value])
      guard value.first == UInt8(ascii: "{"),
        used.contains(where: { $0.hasPrefix(memberPath + ".") })
      else {
        json.member(name) { $0.raw(value) }
        continue
      }
      // Of an object that was used in part, the rest goes on; nothing where nothing is left.
      var rest = JSONWriter()
      rest.object { write(value, path: memberPath + ".", except: [], to: &$0) }
      if rest.bytes != Array("{}".utf8) { json.member(name) { $0.raw(rest.bytes) } }
    }
  }
}

/// A member's name; an escaped one by its meaning.
private func name(_ member: MemberSpan, in object: UnsafeRawBufferPointer) -> String {
  let written = object[member.key]
  guard written.contains(UInt8(ascii: "\\")) else {
    return String(decoding: written, as: UTF8.self)
  }
  let document = JSONDocument()
  let quoted = member.key.lowerBound - 1..<member.key.upperBound + 1
  do {
    try document.parse(UnsafeRawBufferPointer(rebasing: object[quoted]))
    return document.root.string ?? ""
  } catch {
    return String(decoding: written, as: UTF8.self)
  }
}

/// The text of a value as it was written, reached by its keys through nested objects.
func writtenValue(at keys: [String], in object: UnsafeRawBufferPointer) -> String? {
  var bytes = object
  for key in keys {
    guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
      let member = ObjectLayout(scanning: bytes).members.first(where: { name($0, in: bytes) == key }
      )
    else { return nil }
    bytes = UnsafeRawBufferPointer(rebasing: bytes[member.value])
  }
  return String(decoding: bytes, as: UTF8.self)
}
