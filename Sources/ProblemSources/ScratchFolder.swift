import Diagnostics
package import Foundation

/// A folder that is gone when nobody needs it any more, also after a signal.
package final class ScratchFolder {
  package let url: URL

  package init() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-\(getpid())-\(UUID().uuidString)")
    url = folder
    let (isCreated, code) = TemporaryPaths.register(folder.path) {
      (mkdir(folder.path, 0o700) == 0, errno)
    }
    guard isCreated else {
      TemporaryPaths.unregister(folder.path)
      throw SystemError("create", path: folder.path, code: code)
    }
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
