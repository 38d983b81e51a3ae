import Diagnostics
import Filters
import Foundation
import Records

/// The problems that a run has taken on, so that none is sampled twice under one id: later stages could not tell the rollouts apart.
final class ProblemPlaces {
  private var places: [String: LinePosition] = [:]

  /// Takes on a problem.
  ///
  /// - Throws: `RecordError` where one of this id was taken on before.
  func add(_ id: String, _ record: Record) throws(RecordError) {
    if let first = places.updateValue(record.position, forKey: id) {
      places[id] = first
      throw .invalidValue(
        "id",
        reason:
          "is that of the problem in \(first), too; give each file once, and each problem an \"id\" of its own",
        record: id, record.position)
    }
  }
}

/// Makes sure that no file is read twice: that its problems come again would show only once they had been sampled.
///
/// - Throws: `UsageError`.
func checkDistinct(_ files: [String]) throws(UsageError) {
  var names: [String: String] = [:]
  for file in files {
    var status = stat()
    guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
    if let other = names.updateValue(file, forKey: "\(status.st_dev) \(status.st_ino)") {
      throw UsageError(
        other == file
          ? "the input '\(file)' is given twice, and would be sampled twice; give it once"
          : "the inputs '\(other)' and '\(file)' are one file, and would be sampled twice; give one of them"
      )
    }
  }
}
