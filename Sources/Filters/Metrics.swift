import Diagnostics
import Foundation
package import JSONLines

/// What a tool counted and measured, in the order in which it was noted.
package struct Metrics {
  private var names: [String] = []
  private var values: [any JSONWritable] = []

  package init() {}

  /// Notes a value, replacing one of the same name.
  package subscript(name: String) -> (any JSONWritable)? {
    get { names.firstIndex(of: name).map { values[$0] } }
    set {
      let index = names.firstIndex(of: name)
      switch (index, newValue) {
      case (let index?, let value?): values[index] = value
      case (let index?, nil):
        names.remove(at: index)
        values.remove(at: index)
      case (nil, let value?):
        names.append(name)
        values.append(value)
      case (nil, nil): break
      }
    }
  }

  /// Appends the metrics to a file as one line, in one write, so that tools of one pipe can share the file.
  func append(to path: String) throws {
    var json = JSONWriter()
    json.object { object in
      for (name, value) in zip(names, values) {
        object.member(name) { value.write(to: &$0) }
      }
    }
    let line = json.bytes + [0x0A]
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemError("write", path: path) }
    defer { close(descriptor) }
    let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count == line.count else { throw SystemError("write", path: path) }
  }
}
