import Diagnostics
package import Foundation

/// A folder that is gone when nobody needs it any more, also after a signal.
package final class ScratchFolder {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-\(getpid())-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    TemporaryPaths.register(url.path)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: url)
      TemporaryPaths.unregister(url.path)
    } catch {
      // It stays registered; nothing but disk space is lost.
    }
  }

  /// The path of a file in the folder.
  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
