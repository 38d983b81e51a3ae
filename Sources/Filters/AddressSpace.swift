import Diagnostics
import Foundation

/// What keeps tools from crashing under a limit on virtual memory ('ulimit -v').
enum AddressSpace {
  /// Bytes that every tool needs beside its program and the stacks of its threads.
  private static let leastBytes = 32 << 20
  /// With so much left, nothing needs to be saved.
  private static let plentyBytes = 8 << 30

  /// Where little is left, makes all threads allocate from one arena. By default each of them reserves 64 MiB for one of its own, which
  /// the limit counts, so that what is left could not be known.
  static func saveUnderLimit() {
    guard let left = MemoryAllowance.left(), left < plentyBytes else { return }
    // Found at run time: only glibc has arenas.
    typealias Option = @convention(c) (Int32, Int32) -> Int32
    guard let symbol = dlsym(nil, "mallopt") else { return }
    let arenaMaximum: Int32 = -8
    _ = unsafeBitCast(symbol, to: Option.self)(arenaMaximum, 1)
  }

  /// - Throws: `AddressSpaceError` where less is left than every tool needs.
  static func check() throws(AddressSpaceError) {
    guard let left = MemoryAllowance.left(), left < leastBytes else { return }
    throw AddressSpaceError(missing: leastBytes - left)
  }
}

/// The process may not take the memory that every tool needs.
struct AddressSpaceError: ToolError {
  /// Bytes.
  let missing: Int

  var description: String {
    "the limits on memory ('ulimit -v', 'ulimit -d') are too low for any work; allow \(MemorySize(bytes: missing).rounded) more"
  }

  var exitStatus: ExitStatus { .unavailable }
}
