// What a stream has brought so far, so that nothing of it counts twice. Kept as fingerprints of 64 bits: of a million records two
// share one with a probability of 3 in 10^8.

/// What the problems of a stream are, by their ids. Some forty bytes a problem.
package struct ProblemContents {
  private static let members = ["problem", "ground_truth"]
  private var contents: [UInt64: [UInt64?]] = [:]

  package init() {}

  /// - Throws: where an earlier record of the id has another problem or ground truth; a member that one of them lacks is not compared.
  package mutating func check(_ record: Record) throws(RecordError) {
    let id = try record.requiredID()
    let found = Self.members.map { record.text(ofMember: $0).map { fingerprint(of: $0) } }
    guard var known = contents[fingerprint(of: id)] else {
      contents[fingerprint(of: id)] = found
      return
    }
    for (index, member) in Self.members.enumerated() {
      if let one = known[index], let other = found[index], one != other {
        throw .differentProblem(member, record: id, record.position, first: nil)
      }
      known[index] = known[index] ?? found[index]
    }
    contents[fingerprint(of: id)] = known
  }
}

/// The rollouts of a stream, and what their problems are. Eight bytes a rollout.
package struct SeenRollouts {
  private var rollouts: Set<UInt64> = []
  private var problems = ProblemContents()

  package init() {}

  /// - Throws: where the same rollout was there before, or the id with another problem. An index that comes again with another
  ///   response is of another sampling, as in evaluations put one after the other.
  package mutating func add(_ record: Record, _ rollout: Rollout) throws(RecordError) {
    try problems.check(record)
    let id = try record.requiredID()
    guard rollouts.insert(fingerprint(of: id, "\(rollout.index)", rollout.response)).inserted else {
      throw .repeatedRollout(rollout.index, record: id, record.position, first: nil)
    }
  }
}

/// FNV-1a of texts, one after the other.
func fingerprint(of texts: String...) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for text in texts {
    var text = text
    text.withUTF8 { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    // No text holds this byte, so that the texts' bounds count.
    hash = (hash ^ 0xFF) &* 0x100_0000_01b3
  }
  return hash
}
