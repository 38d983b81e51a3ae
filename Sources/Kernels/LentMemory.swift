internal import Synchronization

/// Memory whose contents are not set, kept for the next one who asks when it is given back: to fetch it from the system costs as much as
/// the product that works in it.
///
/// As many blocks are kept as were lent at a time, for as long as the process runs.
final class LentMemory: @unchecked Sendable {
  private let block: Block
  /// Aligned to a cache line.
  var base: UnsafeMutableRawPointer { block.base }

  private struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    init(byteCount: Int) {
      self.byteCount = byteCount
      let isLarge = byteCount >= HugePages.byteCount
      base = UnsafeMutableRawPointer.allocate(
        byteCount: byteCount, alignment: isLarge ? HugePages.byteCount : 64)
      if isLarge { HugePages.advise(base, byteCount: byteCount) }
    }
  }

  /// Those that nobody has, the smallest first.
  private static let kept = Mutex<[Block]>([])

  init(byteCount: Int) {
    let kept = Self.kept.withLock { blocks -> Block? in
      if let index = blocks.firstIndex(where: { $0.byteCount >= byteCount }) {
        return blocks.remove(at: index)
      }
      // One that is large enough takes the place of the largest.
      blocks.popLast()?.base.deallocate()
      return nil
    }
    block = kept ?? Block(byteCount: max(byteCount, 64))
  }

  deinit {
    Self.kept.withLock { blocks in
      let index = blocks.firstIndex { $0.byteCount >= block.byteCount } ?? blocks.count
      blocks.insert(block, at: index)
    }
  }
}
