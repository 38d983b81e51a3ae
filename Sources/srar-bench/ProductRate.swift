import Foundation
import Kernels

/// How fast matrix products alone are, of 512 × 576 × 1536 on each thread, measured from time to time while something else is
/// measured, so that both see the same machine.
struct ProductRate {
  private var operations = 0.0
  private var processorSeconds = 0.0
  private let threadCount: Int
  private let a = FloatBuffer(count: 512 * 576)
  private let b = FloatBuffer(count: 1536 * 576)
  private let weight: Weight
  private let results: [FloatBuffer]

  init(threadCount: Int, precision: ProductPrecision) {
    self.threadCount = threadCount
    results = (0..<threadCount).map { _ in FloatBuffer(count: 512 * 1536) }
    for index in 0..<a.count { a.elements[index] = Float(index % 7) - 3 }
    for index in 0..<b.count { b.elements[index] = Float(index % 5) - 2 }
    weight = Weight(b.rows(1536, 576), precision: precision)
    weight.round(forGradient: false)
  }

  /// Operations a second of processor time.
  var rate: Double { operations / processorSeconds }

  /// Measures for about a second.
  mutating func measure() {
    let (x, weight, results) = (a.rows(512, 576), weight, results)
    let turns = 40
    let time = Stopwatch.time {
      Lanes.run(count: threadCount, threadCount: threadCount) { _, worker in
        for _ in 0..<turns {
          weight.multiply(x, into: results[worker].rows(512, 1536))
        }
      }
    }
    operations += Double(turns * threadCount) * 2 * 512 * 576 * 1536
    processorSeconds += time.processorSeconds
  }
}

/// Time that has passed, and that processors have spent on this process.
enum Stopwatch {
  static func time(
    _ body: () throws -> Void
  ) rethrows -> (seconds: Double, processorSeconds: Double) {
    let start = ContinuousClock.now
    let used = clock()
    try body()
    return (
      (ContinuousClock.now - start) / .seconds(1),
      Double(clock() - used) / Double(CLOCKS_PER_SEC)
    )
  }
}

/// The most memory that this process has held.
enum PeakMemory {
  /// nil where the system does not tell.
  static var bytes: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM") })
    else { return nil }
    return line.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Int($0) }.map { $0 * 1024 }
  }
}
