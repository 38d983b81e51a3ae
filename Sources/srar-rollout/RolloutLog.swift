import Diagnostics
import Fingerprints
import Foundation
import JSONLines
import Records

/// What servers have sampled, kept as it comes: a line a request, so that a killed tool loses only the requests under way.
final class RolloutLog: Sendable {
  private let log: AppendedLog
  /// The rollouts of earlier runs as they stand in the log, by what was asked.
  private let kept: [String: [UInt8]]
  /// What was wrong with lines that are no entries.
  let unreadable: [String]

  /// Opens a log, reads what it holds, and goes on with it.
  init(path: String, maximumLineBytes: Int) throws {
    var kept: [String: [UInt8]] = [:]
    var unreadable: [String] = []
    if FileManager.default.fileExists(atPath: path) {
      let reader = RecordReader(
        paths: [path], maximumLineBytes: maximumLineBytes,
        faults: .passOver { unreadable.append($0.description) }, zeroBytes: .accepted)
      while let record = try reader.next() {
        _ = try Self.rollouts(of: record)
        kept[try record.fields.string("request")] = Array(record.bytes)
      }
    }
    self.kept = kept
    self.unreadable = unreadable
    log = try AppendedLog(path: path)
  }

  /// The rollouts of a request, where the log has them.
  func rollouts(of request: String) throws -> [Rollout]? {
    guard let line = kept[request] else { return nil }
    let record = try Record(
      document: JSONDocument(parsing: line), position: LinePosition(source: "--log", line: 1))
    return try Self.rollouts(of: record)
  }

  func append(_ rollouts: [Rollout], request: String, record: String) throws {
    try log.append { json in
      json.object { entry in
        entry.member("request", request)
        entry.member("record", record)
        entry.member("rollouts", rollouts)
      }
    }
  }

  private static func rollouts(of record: Record) throws -> [Rollout] {
    let rollouts = try record.fields.objects("rollouts").map { try Rollout($0) }
    for rollout in rollouts { try rollout.checkLogProbabilities(of: record) }
    return rollouts
  }
}
