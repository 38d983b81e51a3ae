// What can be asked of a judge, whatever it is about, and what an answer to it is made of.

import Fingerprints
package import JSONLines
package import Records

/// What questions are about; the raw value is the member of a log's entry that holds the answer.
package enum QuestionKind: String, CaseIterable, Sendable {
  /// Which rubric items a response satisfies, and at which steps.
  case verdicts
  /// Which steps of a response are right.
  case steps
  /// Which items of a rubric are fit to judge by.
  case validity
  /// A rubric for a problem, from solutions of it.
  case rubric
}

/// One entry of an answer: what a judge says of one of the things that it was asked about.
package protocol JudgementEntry: Equatable, Sendable, JSONWritable {
  static var kind: QuestionKind { get }
  /// The members of an entry with their JSON schemas, in order; the first is the integer that says what the entry is about.
  static var schema: [(member: String, json: String)] { get }

  /// What the entry is about.
  var id: Int { get }

  /// The entry in a reply; nil where a member is missing or of another type.
  init?(reply: JSONValue)

  /// The entry in a log or a record.
  init(_ fields: Fields) throws

  /// Whether a text of the entry has lost characters, as logs of older versions may hold it.
  var isDamaged: Bool { get }

  /// What several voters come to.
  ///
  /// - Parameter votes: entries with the same id, in the order of the voters; at least one.
  static func majority(of votes: [Self]) -> Self

  /// Whether two voters claim the same.
  func claimsSame(as other: Self) -> Bool
}

/// Something that a judge is asked.
package protocol JudgeQuestion: Sendable {
  associatedtype Entry: JudgementEntry

  /// Our own words, with marks such as `{{problem}}` in them.
  static var template: String { get }
  /// The marks without which nothing can be decided.
  static var requiredMarks: [String] { get }
  /// Whether what a reply leaves out is asked for again, once.
  static var asksForMissing: Bool { get }
  /// Whether an answer that still leaves something out is none.
  static var needsEveryEntry: Bool { get }

  /// The entries that an answer may have, by what they are about; where there are none, there is nothing to ask.
  var ids: [Int] { get }

  /// What a reply may quote, written by others than the judge.
  var material: String { get }

  /// Writes all that the answer depends on as members of an object, for the fingerprint.
  func writeMembers(to json: inout JSONWriter)

  /// What replaces the marks of a prompt.
  ///
  /// - Parameters:
  ///   - ids: what is asked about, all or what an earlier reply left out.
  ///   - marker: a code that nothing in the question can contain.
  func values(asking ids: [Int], marker: String) -> [String: String]

  /// Why entries that are well-formed cannot be used together; nil where they can.
  func complaint(about entries: [Entry]) -> String?
}

extension JudgementEntry {
  package var isDamaged: Bool { false }
}

extension JudgeQuestion {
  package static var asksForMissing: Bool { true }
  package static var needsEveryEntry: Bool { true }
  package func complaint(about entries: [Entry]) -> String? { nil }

  /// A name for what is asked and of whom: the SHA-256 of the judge, its settings and all that the answer depends on.
  ///
  /// - Parameter judge: the judge's name and settings; another judge's answer is no answer to the same question.
  package func fingerprint(judge: String) -> String {
    var json = JSONWriter()
    json.object { request in
      request.member("judge", judge)
      writeMembers(to: &request)
    }
    return SHA256.hexadecimalDigest(of: json.bytes)
  }
}
