import Kernels
import Synchronization

/// How fast all threads together read the weights from where they lie, memory or a cache, measured from time to time while something
/// else is measured, so that both see the same machine: decoding of few sequences waits for it.
struct ReadingRate {
  private var byteCount = 0.0
  private var seconds = 0.0
  private let numbers: UnsafeMutableBufferPointer<Float>
  private let threadCount: Int

  /// - Parameter numbers: are there as long as this is used.
  init(of numbers: UnsafeMutableBufferPointer<Float>, threadCount: Int) {
    self.numbers = numbers
    self.threadCount = threadCount
  }

  /// Bytes a second, by the clock.
  var rate: Double { byteCount / seconds }

  /// Measures for some tenths of a second.
  mutating func measure() {
    // Only read.
    nonisolated(unsafe) let bytes = UnsafeRawBufferPointer(numbers)
    let turns = max(1, (4 << 30) / max(1, bytes.count))
    let threadCount = threadCount
    // Nothing is read whose sum nobody wants.
    let all = Atomic<UInt64>(0)
    let time = Stopwatch.time {
      Lanes.run(count: threadCount, threadCount: threadCount) { lane, _ in
        let part = Self.part(lane, of: threadCount, of: bytes)
        for _ in 0..<turns { all.bitwiseXor(Self.read(part), ordering: .relaxed) }
      }
    }
    byteCount += Double(turns * bytes.count)
    seconds += time.seconds
  }

  /// Bytes that are read at a time: four lines of a cache.
  private static let step = 4 * 64

  /// One of so many parts of some bytes, in whole steps.
  private static func part(
    _ index: Int, of count: Int, of bytes: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    let steps = bytes.count / step
    return UnsafeRawBufferPointer(
      rebasing: bytes[index * steps / count * step..<(index + 1) * steps / count * step])
  }

  /// One number of each line: the rest of a line comes with it, and to add it up would take longer.
  private static func read(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard var place = bytes.baseAddress else { return 0 }
    let end = place + bytes.count
    var all: UInt64 = 0
    while place < end {
      all ^= place.load(as: UInt64.self) ^ (place + 64).load(as: UInt64.self)
      all ^= (place + 128).load(as: UInt64.self) ^ (place + 192).load(as: UInt64.self)
      place += step
    }
    return all
  }
}
