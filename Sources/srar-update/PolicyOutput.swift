import Checkpoints
import Filters
import Foundation

/// The folder that a new policy takes, and what must not be lost by it.
struct PolicyOutput {
  /// As the user named it.
  let path: String
  /// How messages name it.
  var name = "'--output'"

  /// Makes sure, before any work, that the new policy deletes nothing but an older policy.
  ///
  /// - Parameters:
  ///   - names: files of the new policy beside those that every policy may have.
  ///   - policies: folders that are read, by their options.
  ///   - files: what else is read or written, by its option; `-` is standard input.
  /// - Throws: `UsageError`, `CheckpointError.occupiedPlace`.
  func check(
    for names: [String] = [], policies: KeyValuePairs<String, String?> = [:],
    files: KeyValuePairs<String, [String]> = [:]
  ) throws {
    try checkParent()
    guard let place = Self.place(path) else { return }
    func holds(_ path: String) -> Bool {
      Self.place(path).map { $0 == place || $0.hasPrefix(place == "/" ? "/" : place + "/") }
        ?? false
    }
    for case (let option, let policy?) in policies where Self.place(policy) == place {
      throw UsageError("\(name) is the folder of '\(option)', which would be lost; name another")
    }
    guard !holds(FileManager.default.currentDirectoryPath) else {
      throw UsageError(
        "\(name) '\(path)' is the working folder or one around it, which would be lost; name another"
      )
    }
    let read =
      policies.compactMap { policy in policy.value.map { ("'\(policy.key)'", $0) } }
      + files.flatMap { file in file.value.map { (file.key, $0) } }
    for (option, inside) in read where inside != "-" && holds(inside) {
      guard FileManager.default.fileExists(atPath: inside) else {
        throw UsageError(
          "\(name) '\(path)' would hold '\(inside)' of \(option), which the next policy there would delete; name another"
        )
      }
      throw UsageError(
        "\(name) '\(path)' holds '\(inside)' of \(option), which would be lost; name another")
    }
    try PolicyFolder.checkPlace(path, for: Set(names))
  }

  /// Makes sure, before hours of work, that there is a folder to put the new one into.
  private func checkParent() throws {
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder)
    guard isThere, isFolder.boolValue else {
      let shown = path.split(separator: "/").dropLast().joined(separator: "/")
      throw UsageError(
        "\(name) '\(path)' lies in '\((path.hasPrefix("/") ? "/" : "") + shown)', which is \(isThere ? "no folder" : "not there; make it first")"
      )
    }
  }

  /// The path without links; that of a file which is not there yet follows from the nearest folder that is.
  private static func place(_ path: String) -> String? {
    if let place = realPath(path) { return place }
    var url = URL(fileURLWithPath: path).standardizedFileURL
    var missing = ""
    while true {
      if let place = realPath(url.path) { return (place == "/" ? "" : place) + missing }
      guard url.pathComponents.count > 1 else { return nil }
      missing = "/\(url.lastPathComponent)\(missing)"
      url.deleteLastPathComponent()
    }
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
