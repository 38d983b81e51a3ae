import Foundation
import TestSupport
import Testing

/// A folder with problems (`train.jsonl.zst`, and four of them in `prompts.jsonl.zst`) and a tiny random policy (`policy`).
struct TinyRun {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let result = try shell(
      """
      set -e
      srar-prep synth --quiet --count 40 --output train.jsonl.zst
      srar-update init --quiet --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 \
        --vocabulary 300 --positions 320 --output policy
      srar-prep batch --quiet --size 4 --step 1 train.jsonl.zst --output prompts.jsonl.zst
      """)
    try #require(result.status == 0, "\(result.errorText)")
  }

  func shell(_ command: String) throws -> ToolProcess.Result {
    try ToolProcess.shell(command, in: folder.url)
  }

  /// A file of the folder.
  func url(_ name: String) -> URL { folder.url.appending(path: name) }

  /// The last line of a metrics file.
  func metrics(_ name: String) throws -> [String: Any] {
    let text = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
    let line = try #require(text.split(separator: "\n").last)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }
}
