package import JSONLines
import Records

/// What logs hold of answers to questions of one kind, by what was asked. Of several answers to the same question the last one counts.
package struct JudgeReplay<Entry: JudgementEntry>: Sendable {
  private var entries: [String: JudgeLogEntry<Entry>] = [:]
  /// What was wrong with the lines that are no entries, such as the half line of a tool that was killed while it wrote.
  package private(set) var unreadable: [StreamError] = []
  /// The names of the judges that answered, each once, in order of appearance.
  package private(set) var judges: [String] = []

  /// How many different questions are answered.
  package var count: Int { entries.count }

  /// Holds nothing.
  package init() {}

  /// Reads logs, plain or compressed, in this order.
  package init(paths: [String], maximumLineBytes: Int) throws {
    var unreadable: [StreamError] = []
    let reader = RecordReader(
      paths: paths, maximumLineBytes: maximumLineBytes,
      faults: .passOver { unreadable.append($0) }, zeroBytes: .accepted)
    while let record = try reader.next() {
      guard var entry = try JudgeLogEntry<Entry>(record.fields) else { continue }
      // The replies are long, and nobody reads them again.
      entry.reply.text = nil
      entry.reply.unusable = []
      entries[entry.request] = entry
      if judges.last != entry.judge, !judges.contains(entry.judge) { judges.append(entry.judge) }
    }
    self.unreadable = unreadable
  }

  /// The answer to a question; nil where no log has one.
  package func entry(for fingerprint: String) -> JudgeLogEntry<Entry>? { entries[fingerprint] }
}
