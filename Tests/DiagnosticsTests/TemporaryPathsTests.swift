import Diagnostics
import Foundation
import Testing

@Suite("Temporary names")
struct TemporaryPathsTests {
  @Test("say whose they are, and are never the same twice")
  func unique() throws {
    let parts = (0..<100).map { _ in TemporaryPaths.uniquePart() }
    #expect(Set(parts).count == 100)
    for part in parts {
      let pieces = part.split(separator: "-")
      #expect(pieces.count == 2 && pieces[0] == "\(getpid())" && pieces[1].count == 16, "\(part)")
    }
  }

  @Test("of a process that runs no more are abandoned; others, and other names, are not")
  func abandoned() throws {
    let dead = Process()
    dead.executableURL = URL(fileURLWithPath: "/bin/true")
    try dead.run()
    dead.waitUntilExit()
    let random = "0123456789abcdef"
    func isAbandoned(_ middle: String) -> Bool {
      TemporaryPaths.isAbandoned(".out.\(middle).tmp", prefix: ".out.", suffix: ".tmp")
    }
    let process = dead.processIdentifier
    #expect(isAbandoned("\(process)-\(random)") && isAbandoned("\(process)"))
    #expect(
      TemporaryPaths.isAbandoned(
        ".out.\(process)-\(random).tmp-interrupted", prefix: ".out.", suffix: ".tmp"))
    for other in [
      "1-\(random)", "1", "x", "", "-\(random)", "\(process)-", "\(process)-12",
      "\(process)-x\(random.dropLast())",
      "\(process)-\(random)-\(random)", "a.\(process)-\(random)",
    ] {
      #expect(!isAbandoned(other), "\(other)")
    }
  }

  @Test("of this process are abandoned unless it is writing there now")
  func own() {
    let name = ".out.\(TemporaryPaths.uniquePart()).tmp"
    func isAbandoned() -> Bool {
      TemporaryPaths.isAbandoned(name, prefix: ".out.", suffix: ".tmp")
    }
    #expect(isAbandoned())
    TemporaryPaths.register("/nowhere/\(name)") {}
    #expect(!isAbandoned())
    TemporaryPaths.unregister("/nowhere/\(name)")
    #expect(isAbandoned())
  }
}
