package import Foundation

/// Files that tests read: fixtures of the repository, and real data beside it where it is there.
package enum Fixtures {
  /// The package's root folder.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file under `Tests/Fixtures`.
  package static func url(_ path: String) -> URL {
    root.appendingPathComponent("Tests/Fixtures").appendingPathComponent(path)
  }

  /// The cases of a golden file, as parsed JSON objects (Foundation types), in order.
  package static func golden(_ name: String) throws -> [[String: Any]] {
    let text = try String(contentsOf: url("golden/\(name).jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let object = value as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
      return object
    }
  }

  /// A file of the shared data set beside the checkout, or nil where it is absent (a user's clone has none).
  package static func sharedData(_ path: String) -> URL? {
    let url = root.deletingLastPathComponent().appendingPathComponent("shared/data/\(path)")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}
