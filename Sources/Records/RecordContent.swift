import Fingerprints
import Rubrics

/// What a record is about, beside its id: by it, records of two streams are known to be about the same problem or response.
///
/// Ids alone do not tell: two sets may number their problems alike. Kept as digests, so that a long stream takes little memory.
package struct RecordContent: Hashable, Sendable {
  /// A member of a record that says what the record is about.
  package enum Member: String, CaseIterable, Sendable {
    case problem
    case groundTruth = "ground_truth"
    case rubric
    case response = "rollout.response"
  }

  private var digests: [Member: [UInt8]] = [:]

  /// - Parameter members: which of the record's members count; those that it lacks are left out.
  package init(_ record: Record, _ members: [Member]) throws(RecordError) {
    for member in members {
      guard let text = try record.content(of: member) else { continue }
      digests[member] = Array(SHA256.digest(of: Array(text.utf8)).prefix(16))
    }
  }

  /// The first member that both have and that differs; nil where nothing contradicts that both are about the same.
  package func difference(from other: RecordContent) -> Member? {
    Member.allCases.first { member in
      guard let own = digests[member], let others = other.digests[member] else { return false }
      return own != others
    }
  }

  /// Whether there is a member that both have: without one, only ids say that both are about the same.
  package func isComparable(with other: RecordContent) -> Bool {
    digests.keys.contains { other.digests[$0] != nil }
  }
}

extension Record {
  fileprivate func content(of member: RecordContent.Member) throws(RecordError) -> String? {
    switch member {
    case .problem: return try fields.stringIfPresent("problem")
    case .groundTruth: return try fields.textIfPresent("ground_truth")
    case .rubric:
      guard let items = try fields.rubricIfPresent("rubric") else { return nil }
      // Lengths keep items apart whatever their texts hold.
      return items.map { "\($0.id) \($0.type.rawValue) \($0.text.utf8.count) \($0.text)" }.joined()
    case .response:
      guard fields.has("rollout") else { return nil }
      return try fields.object("rollout").stringIfPresent("response")
    }
  }
}
