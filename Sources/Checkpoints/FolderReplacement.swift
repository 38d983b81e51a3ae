// Writing a folder so that it is there whole or not at all.

internal import Diagnostics
internal import Foundation

/// Makes a folder anew: `write` fills a temporary sibling, which then takes the name.
///
/// Files are for `write` to flush; the folders are flushed here. A folder that was there under the
/// name stays until the new one is whole. On Linux the two change names in one step; where the file
/// system cannot do that, the old one is moved aside first, and put back by the next call if this
/// one was killed between the two moves. Temporary folders of processes that no longer run are
/// removed first.
///
/// - Parameters:
///   - path: the folder; the one that holds it must exist.
///   - write: fills the folder whose path it is given; what it throws ends the attempt.
package func replaceFolder(at path: String, write: (_ temporaryPath: String) throws -> Void) throws
{
  let names = try FolderNames(path)
  try names.cleanUp()
  let (isCreated, code) = TemporaryPaths.register(names.temporary) {
    (mkdir(names.temporary, 0o777) == 0, errno)
  }
  defer { TemporaryPaths.unregister(names.temporary) }
  guard isCreated else { throw SystemError("create", path: path, code: code) }
  do {
    try write(names.temporary)
    try flushFolder(names.temporary)
    try names.takePlace()
    try flushFolder(names.parent)
  } catch {
    remove(names.temporary)
    guard let error = error as? SystemError, error.path.hasPrefix(names.temporary) else {
      throw error
    }
    // The user knows the folder by its own name.
    throw SystemError(
      error.action, path: path + error.path.dropFirst(names.temporary.count), code: error.code)
  }
}

/// Makes a folder inside one that is being made anew; `write` fills it.
func addFolder(_ path: String, write: () throws -> Void) throws {
  guard mkdir(path, 0o777) == 0 else { throw SystemError("create", path: path) }
  try write()
  try flushFolder(path)
}

/// The names that a folder goes by while it is replaced: `.NAME.tmp-PID-RANDOM`, `.NAME.old-PID-RANDOM`.
private struct FolderNames {
  let parent: String
  let name: String
  /// The folder's own path.
  let final: String
  private let unique = TemporaryPaths.uniquePart()

  init(_ path: String) throws {
    let url = URL(fileURLWithPath: path, isDirectory: false).standardizedFileURL
    final = url.path
    name = url.lastPathComponent
    parent = url.deletingLastPathComponent().path
    var status = stat()
    if lstat(final, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
      throw SystemError("replace", path: path, code: ENOTDIR)
    }
  }

  var temporary: String { "\(parent)/.\(name).tmp-\(unique)" }
  var aside: String { "\(parent)/.\(name).old-\(unique)" }

  /// Puts back an old folder that a killed process moved aside, and removes what such processes left.
  func cleanUp() throws {
    let siblings: [String]
    do {
      siblings = try FileManager.default.contentsOfDirectory(atPath: parent).sorted()
    } catch {
      throw SystemError("read", path: parent, code: ENOENT)
    }
    for sibling in siblings {
      let leftover = "\(parent)/\(sibling)"
      if TemporaryPaths.isAbandoned(sibling, prefix: ".\(name).old-"), !exists(final) {
        guard rename(leftover, final) == 0 else { throw SystemError("put back", path: final) }
      }
      for mark in ["old", "tmp"]
      where TemporaryPaths.isAbandoned(sibling, prefix: ".\(name).\(mark)-") {
        remove(leftover)
      }
    }
  }

  /// Gives the temporary folder its final name, and removes the one that had it.
  func takePlace() throws {
    guard exists(final) else {
      guard rename(temporary, final) == 0 else { throw SystemError("rename", path: temporary) }
      return
    }
    if exchangeNames(temporary, final) {
      remove(temporary)
      return
    }
    guard rename(final, aside) == 0 else { throw SystemError("rename", path: final) }
    guard rename(temporary, final) == 0 else {
      let error = SystemError("rename", path: temporary)
      _ = rename(aside, final)
      throw error
    }
    remove(aside)
  }
}

private func exists(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}

/// Removes a folder of ours. What cannot be removed now, the next call tries again.
private func remove(_ path: String) {
  try? FileManager.default.removeItem(atPath: path)
}

/// Exchanges two names in one step, or returns false where the system cannot.
private func exchangeNames(_ one: String, _ other: String) -> Bool {
  #if os(Linux)
    // Found at run time: glibc declares it only to C that asks for GNU extensions.
    typealias Rename =
      @convention(c) (
        Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
      ) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    let exchange: UInt32 = 2
    return unsafeBitCast(symbol, to: Rename.self)(AT_FDCWD, one, AT_FDCWD, other, exchange) == 0
  #else
    return false
  #endif
}

/// Makes the names in a folder reach the disk.
private func flushFolder(_ path: String) throws {
  let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SystemError("flush", path: path) }
  defer { close(descriptor) }
  // EINVAL: a file system that cannot, and is left to its own promises.
  guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError("flush", path: path) }
}
