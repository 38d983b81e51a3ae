// Why a reply of a language model cannot be used.

package import JSONLines
package import Records

/// What is wrong with a whole reply.
package struct ReplyFault: Equatable, Sendable {
  /// Its name in logs.
  package enum Kind: String, CaseIterable, Sendable {
    /// It carries a code, but not that of its question: it belongs to another request, or is made up.
    case foreignCode = "foreign_code"
    /// It says different things of one id.
    case contradiction
    /// It ends before its first entry.
    case cutOff = "cut_off"
    /// It has no entry of the form that was asked for.
    case noEntry = "no_entry"
    /// Its entries are all about ids that were not asked about.
    case unknownIDs = "unknown_ids"
    /// It is longer than what is read.
    case tooLong = "too_long"
    /// What stands behind its answer may be another answer.
    case unsettled
    /// A mark of a thought may hide its answer.
    case hiddenAnswer = "hidden_answer"
    /// Its entries are well-formed but cannot be used together.
    case unfit
  }

  package let kind: Kind
  /// For people.
  package let reason: String
  /// For the model, when it is asked again; nothing in it comes from the reply but ids.
  package let remark: String

  private init(_ kind: Kind, reason: String, remark: String? = nil) {
    self.kind = kind
    self.reason = reason
    self.remark = remark ?? reason
  }

  package static let foreignCode = ReplyFault(
    .foreignCode, reason: "the reply carries the code of another request, or a made-up one",
    remark: #"its "code" was not the one that is asked for above"#)

  package static func contradiction(on ids: [Int]) -> ReplyFault {
    let list = ids.map(String.init).joined(separator: ", ")
    return ReplyFault(
      .contradiction, reason: "the reply contradicts itself on \(list)",
      remark: "it had different entries for \(list); give one entry for each")
  }

  package static let cutOff = ReplyFault(
    .cutOff, reason: "the reply was cut off before its first entry; raise '--max-tokens'",
    remark: "it was cut off before its first entry; answer at once, and briefly")

  package static let noEntry = ReplyFault(
    .noEntry, reason: "the reply has no entry that can be used",
    remark: "it had no entry in the form that is asked for above")

  package static let unknownIDs = ReplyFault(
    .unknownIDs, reason: "the reply has no entry that can be used: its ids were not asked about",
    remark: "its entries were about numbers that are not asked about")

  package static let shiftedIDs = ReplyFault(
    .unknownIDs, reason: "the reply counts its ids differently than they were given",
    remark: "its numbers were not those that are given above; use the numbers as they are given")

  /// Of an answer whose end nobody can guess.
  package static let cutOffInside = ReplyFault(
    .cutOff, reason: "the reply was cut off before its end; raise '--max-tokens'",
    remark: "it was cut off before its end; answer more briefly")

  /// Of an answer that has to be whole.
  package static let fragment = ReplyFault(
    .unfit, reason: "the reply has an entry that is no JSON to its end",
    remark: "one of its entries was not valid JSON")

  /// Of a reply whose answer may be a draft.
  package static let cutOffBehind = ReplyFault(
    .cutOff,
    reason: "the reply was cut off behind an answer that may be a draft; raise '--max-tokens'",
    remark: "it was cut off behind a first answer; give one answer, at once, and nothing behind it")

  package static let unsettled = ReplyFault(
    .unsettled, reason: "the reply has something behind its answer that may be another answer",
    remark: """
      it said more behind an object with the code, or gave another answer that cannot be read; give one JSON object with the code and \
      a list of entries, in the form that is asked for above, and nothing behind it
      """)

  package static let hiddenAnswer = ReplyFault(
    .hiddenAnswer,
    reason:
      "the reply has a mark of a thought that never ends, and its answer may stand in that thought",
    remark: """
      it had a mark that begins a thought, such as <think>, and none that ends it in front of the answer; close every thought, and \
      do not write such marks in your answer
      """)

  package static let tooLong = ReplyFault(
    .tooLong, reason: "the reply has more than \(longestAnswer >> 10) KiB without its thoughts",
    remark: "it was far too long")

  /// - Parameter complaint: what is wrong with the entries together.
  package static func unfit(_ complaint: String) -> ReplyFault {
    ReplyFault(.unfit, reason: complaint)
  }
}

/// Enough for a hundred entries with reasons, in bytes.
let longestAnswer = 256 << 10

/// A reply that could not be used, as a log keeps it.
package struct UnusableReply: Equatable, Sendable, JSONWritable {
  package let text: String
  package let kind: ReplyFault.Kind
  /// What is wrong with it, for people.
  package let reason: String

  package init(text: String, _ fault: ReplyFault) {
    self.text = text
    kind = fault.kind
    reason = fault.reason
  }

  package init(_ fields: Fields) throws {
    text = try fields.string("reply")
    let name = try fields.string("fault")
    guard let kind = ReplyFault.Kind(rawValue: name) else {
      throw fields.invalid("fault", "is \"\(name)\", which is no fault of a reply")
    }
    self.kind = kind
    reason = try fields.string("reason")
  }

  package func write(to json: inout JSONWriter) {
    json.object { reply in
      reply.member("reply", text)
      reply.member("fault", kind.rawValue)
      reply.member("reason", reason)
    }
  }
}
