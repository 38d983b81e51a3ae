// Bytes from and to file descriptors: every call is checked, interrupted calls go on.

package import Diagnostics
import Foundation

/// Bytes read from a file or standard input.
package final class FileReader {
  /// The name for messages; standard input is `<stdin>`.
  package let name: String
  /// The size of a regular file, for progress.
  package let size: Int?
  /// How many bytes were read so far.
  package private(set) var bytesRead = 0
  private let descriptor: Int32
  private let closesDescriptor: Bool

  /// Opens a file; `-` is standard input.
  package init(path: String) throws(SystemError) {
    if path == "-" {
      name = "<stdin>"
      descriptor = STDIN_FILENO
      closesDescriptor = false
    } else {
      name = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      closesDescriptor = true
      if descriptor < 0 { throw SystemError("open", path: path) }
    }
    var status = stat()
    let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isRegular ? Int(status.st_size) : nil
  }

  deinit {
    if closesDescriptor { close(descriptor) }
  }

  /// Fills the buffer as far as one system call does; 0 at the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 {
        bytesRead += count
        return count
      }
      if errno != EINTR { throw SystemError("read", path: name) }
    }
  }
}

/// Where a tool's bytes go.
package enum Destination: Equatable, Sendable {
  case standardOutput
  /// A file that appears under its name only when it is whole.
  case file(String)
}

/// Bytes written to standard output, or to a file that appears only when it is whole.
///
/// A regular file is written under a temporary name in the same folder, then synced and renamed by `commit`. It keeps the permissions
/// of the file that it replaces. A symbolic link stays and leads to the new file. A device or a named pipe is written to directly.
package final class FileWriter {
  /// The name for messages; standard output is `<stdout>`.
  package let name: String
  /// Whether the bytes go to a terminal.
  package let isTerminal: Bool
  /// Whether the bytes go to a regular file, so that nobody waits for them as they are written.
  package let isRegularFile: Bool
  private let descriptor: Int32
  private let temporaryPath: String?
  /// Where the file will lie: its name, with symbolic links followed.
  private let finalPath: String
  private var isOpen = true

  package init(_ destination: Destination) throws(SystemError) {
    switch destination {
    case .standardOutput:
      name = "<stdout>"
      finalPath = name
      descriptor = STDOUT_FILENO
      temporaryPath = nil
    case .file(let path):
      name = path
      finalPath = pathBehindLinks(path)
      var status = stat()
      let exists = stat(path, &status) == 0
      if exists, status.st_mode & S_IFMT != S_IFREG {
        descriptor = open(path, O_WRONLY | O_CLOEXEC)
        temporaryPath = nil
      } else {
        let url = URL(fileURLWithPath: finalPath)
        let folder = url.deletingLastPathComponent()
        removeAbandonedFiles(of: url.lastPathComponent, in: folder)
        let temporary = folder.appendingPathComponent(
          ".\(url.lastPathComponent).\(TemporaryPaths.uniquePart()).tmp"
        ).path
        let (created, code) = TemporaryPaths.register(temporary) {
          (open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666), errno)
        }
        if created < 0 {
          TemporaryPaths.unregister(temporary)
          throw SystemError("write", path: path, code: code)
        }
        if exists { fchmod(created, status.st_mode & 0o777) }
        descriptor = created
        temporaryPath = temporary
      }
      if descriptor < 0 { throw SystemError("write", path: path) }
    }
    isTerminal = isatty(descriptor) == 1
    var status = stat()
    isRegularFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  deinit { discard() }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno != EINTR {
        throw SystemError("write", path: name)
      }
    }
  }

  /// Makes what was written lasting, and visible under its name. A full disk may show only here.
  package func commit() throws(SystemError) {
    guard isOpen else { return }
    isOpen = false
    guard let temporaryPath else {
      if close(descriptor) != 0 { throw SystemError("write", path: name) }
      return
    }
    let isSynced = fsync(descriptor) == 0
    let syncCode = errno
    let isClosed = close(descriptor) == 0
    guard isSynced, isClosed, rename(temporaryPath, finalPath) == 0 else {
      let code = isSynced ? errno : syncCode
      removeTemporaryFile(temporaryPath)
      throw SystemError("write", path: name, code: code)
    }
    TemporaryPaths.unregister(temporaryPath)
    syncFolder(of: finalPath)
  }

  /// Leaves no file under the name. What went to standard output cannot be taken back.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    if let temporaryPath {
      close(descriptor)
      removeTemporaryFile(temporaryPath)
    }
  }

  private func removeTemporaryFile(_ path: String) {
    unlink(path)
    TemporaryPaths.unregister(path)
  }
}

/// Removes what processes that were killed while they wrote a file of this name have left. What cannot be removed stays.
private func removeAbandonedFiles(of name: String, in folder: URL) {
  let siblings = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  for sibling in siblings
  where TemporaryPaths.isAbandoned(sibling, prefix: ".\(name).", suffix: ".tmp") {
    unlink(folder.appendingPathComponent(sibling).path)
  }
}

/// Where the file of a name lies, or would lie: symbolic links at its end are followed, also where the last one leads nowhere yet.
package func pathBehindLinks(_ path: String) -> String {
  var path = path
  // As many as the system follows; a circle is left for it to report.
  for _ in 0..<40 {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    guard count > 0 else { break }
    let target = String(
      decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path =
      target.hasPrefix("/")
      ? target
      : URL(fileURLWithPath: path).deletingLastPathComponent().path + "/" + target
  }
  return path
}

/// Makes a rename lasting. File systems that cannot sync a folder are left to their own promises.
package func syncFolder(of path: String) {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
