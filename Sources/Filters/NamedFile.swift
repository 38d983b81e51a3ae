import Diagnostics
import Foundation
import JSONLines

/// A file that an option or argument names, and what a tool does with it.
package struct NamedFile: Equatable, Sendable {
  /// What a tool does with a file.
  package enum Use: Sendable {
    /// Reads it as the stream to work on; an output of the same name takes its place once it is whole.
    case input
    /// Reads it beside the input.
    case read
    /// Reads a log that may be the one that is appended to.
    case replayed
    /// Replaces it by a new file.
    case output
    /// Writes the stream to standard output.
    case standardOutput
    /// Replaces it by the lines that could not be used.
    case rejects
    /// Reads what it holds, and appends to it.
    case log
    /// Appends to it.
    case metrics
  }

  /// How messages name it: the option in quotes, or "the input".
  package let name: String
  /// As the user wrote it; `-` is standard input or standard output.
  package let path: String
  package let use: Use

  package init(_ name: String, _ path: String, _ use: Use) {
    self.name = name
    self.path = path
    self.use = use
  }

  /// The standard output of a tool that writes its result there.
  package static let standardOutput = NamedFile("standard output", "-", .standardOutput)

  /// The files of a policy's folder that is read: weights, configuration and tokenizer are not to be destroyed either.
  package static func policy(_ name: String, _ folder: String) -> [NamedFile] {
    // A folder that cannot be read is told of where it is opened.
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let endings = [".safetensors", ".json", ".model", ".txt", ".jinja"]
    return entries.sorted().filter { entry in endings.contains(where: entry.hasSuffix) }
      .map { NamedFile(name, "\(folder)/\($0)", .read) }
  }
}

/// Makes sure, before a tool writes anything, that none of its files destroys another one.
///
/// Two names are those of one file where device and inode are equal or, where there is no file yet, the paths are. Devices and pipes
/// are not compared.
///
/// - Throws: `UsageError`, with both names.
func checkFiles(_ files: [NamedFile]) throws(UsageError) {
  let written = files.filter { [.output, .rejects, .log, .metrics].contains($0.use) }
  for file in written where file.path == "-" {
    throw UsageError(
      "\(file.name) must name a file, but is '-'"
        + (file.use == .output ? "; leave it out to write to standard output" : ""))
  }
  var seen: [(file: NamedFile, identity: FileIdentity)] = []
  for file in files {
    guard let identity = FileIdentity(of: file) else { continue }
    for (other, otherIdentity) in seen
    where identity == otherIdentity && !mayBeOne(other.use, file.use) {
      throw UsageError(clash(other, file))
    }
    seen.append((file, identity))
  }
  for file in written { try checkContent(of: file) }
}

/// Whether one file can serve both uses without a loss.
private func mayBeOne(_ first: NamedFile.Use, _ second: NamedFile.Use) -> Bool {
  let readers: Set<NamedFile.Use> = [.input, .read, .replayed]
  let uses: Set = [first, second]
  return uses.isSubset(of: readers) || uses == [.input, .output] || uses == [.log, .replayed]
}

private func clash(_ first: NamedFile, _ second: NamedFile) -> String {
  let paths = [first.path, second.path].filter { $0 != "-" }
  let names = "\(first.name) and \(second.name) must be two files"
  guard let path = paths.first else { return names }
  return paths.count == 2 && paths[1] != path
    ? "\(names), but '\(path)' and '\(paths[1])' are one" : "\(names), but both are '\(path)'"
}

// MARK: What can be written to

/// Refuses to append to, or to replace, a file that is none of its kind.
private func checkContent(of file: NamedFile) throws(UsageError) {
  var status = stat()
  guard stat(file.path, &status) == 0 else { return }
  let kind = status.st_mode & S_IFMT
  guard kind == S_IFREG else {
    guard file.use != .log || kind == S_IFCHR else {
      throw UsageError("\(file.name) must be a regular file, which '\(file.path)' is not")
    }
    return
  }
  switch file.use {
  case .log, .metrics:
    if beginsCompressed(file.path) {
      throw UsageError(
        "\(file.name) appends plain text, but '\(file.path)' is compressed; name another file"
          + (file.use == .log ? ", and read this one by '--replay'" : ""))
    }
    guard endsLikeOurs(file.path, isLog: file.use == .log) else {
      throw UsageError(
        """
        \(file.name) appends lines, but '\(file.path)' does not end with \
        \(file.use == .log ? "an entry of a log" : "metrics") of these tools; name another file
        """)
    }
  case .rejects:
    if status.st_size > 0, !first(2, of: file.path).elementsEqual("# ".utf8) {
      throw UsageError(
        "\(file.name) would replace '\(file.path)', which holds no rejected lines; name another file"
      )
    }
    try refuseDescriptor(file)
  default: try refuseDescriptor(file)
  }
}

/// Refuses to replace the file behind a descriptor, such as `/dev/stdout`: what it holds would be lost.
private func refuseDescriptor(_ file: NamedFile) throws(UsageError) {
  let descriptors = ["/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/"]
  if descriptors.contains(where: file.path.hasPrefix) {
    throw UsageError(
      "\(file.name) replaces a file, and '\(file.path)' leads to one; name that file itself")
  }
}

private func beginsCompressed(_ path: String) -> Bool {
  first(6, of: path).withUnsafeBytes(isCompressed)
}

/// The first bytes of a file; none of one that cannot be read, which is told where it is opened.
private func first(_ count: Int, of path: String) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return [] }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: count)
  let readCount = read(descriptor, &bytes, count)
  return Array(bytes.prefix(max(0, readCount)))
}

// MARK: Which file it is

/// What two names of one file have in common.
private enum FileIdentity: Equatable {
  case existing(device: UInt, inode: UInt)
  /// There is no such file yet.
  case future(path: String)

  /// nil for devices, pipes and folders.
  init?(of file: NamedFile) {
    var status = stat()
    let failed =
      switch (file.use, file.path) {
      case (.standardOutput, _): fstat(STDOUT_FILENO, &status)
      case (_, "-"): fstat(STDIN_FILENO, &status)
      case (_, let path): stat(path, &status)
      }
    guard failed == 0 else {
      guard file.path != "-" else { return nil }
      let url = URL(fileURLWithPath: pathBehindLinks(file.path)).standardizedFileURL
      let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
      self = .future(path: folder.appendingPathComponent(url.lastPathComponent).path)
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    self = .existing(device: UInt(status.st_dev), inode: UInt(status.st_ino))
  }
}
