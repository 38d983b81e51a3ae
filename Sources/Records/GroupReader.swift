import Diagnostics
import JSONLines

/// The rollouts of one problem at a time.
///
/// Memory is bounded by the largest group, and eight bytes for each problem seen.
package final class GroupReader {
  /// The records of one problem, which follow each other in the stream.
  package struct Group {
    package let id: String
    package let records: [Record]

    /// Checks that the records are different rollouts of one problem.
    ///
    /// - Throws: where two have the same `rollout.index`, or one another `problem`, `ground_truth` or `rubric` than the first. Records
    ///   without an index, and members that neither has, are not compared.
    package func checkMembers() throws(RecordError) {
      var places: [Int: LinePosition] = [:]
      for record in records {
        guard let index = record.rolloutIndex else { continue }
        if let first = places[index] {
          throw .repeatedRollout(index, record: id, record.position, first: first)
        }
        places[index] = record.position
      }
      guard let first = records.first else { return }
      for field in ["problem", "ground_truth", "rubric"] {
        let value = first.text(ofMember: field)
        if let other = records.first(where: { $0.text(ofMember: field) != value }) {
          throw .differentProblem(field, record: id, other.position, first: first.position)
        }
      }
    }
  }

  private let reader: RecordReader
  private var first: Record?
  private var seen: Set<UInt64> = []

  package init(_ reader: RecordReader) { self.reader = reader }

  /// The next group; nil at the end. A problem whose records are not consecutive is an error.
  package func next() throws -> Group? {
    guard let (head, id) = try first.map({ ($0, try $0.requiredID()) }) ?? nextIdentified() else {
      return nil
    }
    first = nil
    guard seen.insert(fingerprint(of: id)).inserted else {
      throw RecordError.scatteredGroup(record: id, head.position)
    }
    var records = [head]
    while let (record, other) = try nextIdentified() {
      guard other == id else {
        first = record
        break
      }
      records.append(record)
    }
    return Group(id: id, records: records)
  }

  /// The next record that has an identity.
  private func nextIdentified() throws -> (Record, String)? {
    while let record = try reader.next() {
      do {
        return (record, try record.requiredID())
      } catch let error as any ToolError {
        try reader.reject(record, error)
      }
    }
    return nil
  }
}

extension Record {
  /// Which of a problem's rollouts the record holds; nil where it does not say.
  package var rolloutIndex: Int? { fields.value["rollout"]?["index"]?.integer }

  /// A member in the form in which two are compared: JSON without white space, a number as its text; nil where it is absent or null.
  func text(ofMember key: String) -> String? {
    guard let value = fields.value[key], value.kind != .null else { return nil }
    return value.string ?? (value.kind == .number ? value.double.map { plainText(of: $0) } : nil)
      ?? jsonText(value)
  }
}
