// What a new policy folder may take the place of.

internal import Diagnostics
internal import Foundation

/// Why a path is no place for a policy folder.
package enum PolicyPlaceFault: Sendable, Equatable {
  case file
  case link
  /// A folder that is no policy's; one of its entries.
  case otherFolder(holding: String)
  /// A policy's folder with an entry that the new policy does not have.
  case foreignEntry(String)

  var description: String {
    switch self {
    case .file:
      "is a file, and a policy is a folder; name another"
    case .link:
      "is a link, which a policy folder does not replace; name the folder itself"
    case .otherFolder(let name):
      "is no policy's folder, and replacing it would delete \"\(name)\"; name another"
    case .foreignEntry(let name):
      "holds \"\(name)\", which is no part of a policy and would be deleted; move it away, or name another folder"
    }
  }
}

extension PolicyFolder {
  /// Makes sure that a new policy folder deletes nothing but an older policy.
  ///
  /// There must be nothing at the path, an empty folder, or one that holds only what this engine writes and the new policy has.
  ///
  /// - Parameter names: entries of the new policy beside those that every policy may have.
  /// - Throws: `CheckpointError.occupiedPlace` (exit status 64), `SystemError`.
  package static func checkPlace(_ path: String, for names: Set<String> = []) throws {
    var status = stat()
    let plainPath = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard lstat(plainPath, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      throw CheckpointError.occupiedPlace(path: path, fault: isLink ? .link : .file)
    }
    let entries = try entries(path)
    guard let first = entries.first else { return }
    guard entries.contains("config.json") else {
      throw CheckpointError.occupiedPlace(path: path, fault: .otherFolder(holding: first))
    }
    func refuse(_ name: String) -> CheckpointError {
      .occupiedPlace(path: path, fault: .foreignEntry(name))
    }
    for name in entries where !names.contains(name) && !isOfPolicy(name) { throw refuse(name) }
    guard entries.contains(optimizerFolderName) else { return }
    for name in try Self.entries("\(path)/\(optimizerFolderName)") where !isOfOptimizer(name) {
      throw refuse("\(optimizerFolderName)/\(name)")
    }
  }

  private static func entries(_ path: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw SystemError("read", path: path, code: EIO)
    }
  }

  private static func isOfPolicy(_ name: String) -> Bool {
    policyNames.contains(name) || name.hasPrefix("model-") && name.hasSuffix(".safetensors")
  }

  /// Of the engine's own form, or of the distributed checkpoint of the update on PyTorch.
  private static func isOfOptimizer(_ name: String) -> Bool {
    ["state.safetensors", ".metadata", ".DS_Store"].contains(name) || name.hasSuffix(".distcp")
  }

  /// Files of policies as engines and trainers name them, a checkpoint's progress, and what a Mac adds when it shows a folder.
  private static let policyNames: Set = [
    "config.json", "generation_config.json", singleFileName, indexFileName, optimizerFolderName,
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja",
    "chat_template.json", "training.json", "trainer_state.json", ".DS_Store",
  ]
}
