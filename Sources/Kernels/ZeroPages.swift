internal import Foundation

/// Pages that the system gives out full of zeros when they are first touched: gigabytes of them cost nothing until then, and then
/// the threads that work on them, not the one that asked for them.
final class ZeroPages {
  /// Aligned to a huge page.
  let base: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawPointer
  private let mappedByteCount: Int

  /// Smaller memory an allocator keeps for the next one who asks, which costs less than new pages.
  private static let leastByteCount = 32 << 20

  /// nil for memory that an allocator serves better, and where the system has no pages to give.
  init?(byteCount: Int) {
    guard byteCount >= Self.leastByteCount else { return nil }
    mappedByteCount = byteCount + HugePages.byteCount
    guard
      let mapping = mmap(
        nil, mappedByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      mapping != MAP_FAILED
    else { return nil }
    self.mapping = mapping
    base = mapping.alignedUp(toMultipleOf: HugePages.byteCount)
    HugePages.advise(base, byteCount: byteCount)
  }

  deinit { munmap(mapping, mappedByteCount) }
}

/// Pages so large that sweeps over much memory do not wait for page tables.
enum HugePages {
  static let byteCount = 2 << 20

  /// Asks for huge pages. Only advice: a refusal changes no result.
  static func advise(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    #if os(Linux)
      _ = madvise(memory, byteCount, MADV_HUGEPAGE)
    #endif
  }
}
