package import Diagnostics
import JSONLines

/// The file that bad lines go to: before each, a line `# FILE:LINE: reason`, then the line as it was.
///
/// What a reason quotes, such as an id or a file's name, cannot end that line: see `messageText`.
package final class RejectWriter {
  /// How many lines were rejected.
  package private(set) var count = 0
  private let path: String
  private let file: FileWriter

  package init(path: String) throws(SystemError) {
    self.path = path
    file = try FileWriter(.file(path))
  }

  package func write(_ line: UnsafeRawBufferPointer, reason: String) throws(SystemError) {
    count += 1
    var text = Array("# \(messageText(reason))\n".utf8)
    text.append(contentsOf: line)
    text.append(0x0A)
    do {
      try text.withUnsafeBytes { try file.write($0) }
    } catch let error as SystemError {
      throw error
    } catch {
      throw SystemError("write", path: path)
    }
  }

  /// Makes the file appear, also when nothing was rejected: an empty one then.
  package func commit() throws(SystemError) { try file.commit() }
}
