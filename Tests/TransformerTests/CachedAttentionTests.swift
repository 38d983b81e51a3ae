import Foundation
import Kernels
import TestSupport
import Testing

/// Attention over cached positions, against its definition and against its sums taken one by one.
@Suite("Cached attention")
struct CachedAttentionTests {
  /// Positions and head dimensions that fill blocks and vectors, and that do not.
  static let shapes = [
    (1, 8), (5, 24), (16, 64), (17, 40), (100, 20), (33, 128), (256, 16), (300, 44), (530, 32),
  ]

  /// Probabilities are rounded, too; half a unit in the last of 8 bits is 2⁻⁹ of a number.
  static let precisions: [(ProductPrecision, tolerance: Double)] = [
    (.float32, 2e-6), (.bfloat16, 4e-3),
  ]

  @Test(
    "is its formula, for one head and for several that share keys", arguments: precisions, shapes)
  func isItsFormula(precision: (ProductPrecision, tolerance: Double), shape: (Int, Int)) {
    let (count, d) = shape
    for headCount in 1...CachedAttention.mostSharingHeads {
      let cache = Cache(count: count, d: d, headCount: headCount, precision: precision.0)
      let out = cache.attend()
      for head in 0..<headCount {
        let scores = (0..<count).map { j in
          (0..<d).reduce(0.0) {
            $0 + Double(cache.query(head, $1)) * Double(cache.key(j, $1))
          } / Double(d).squareRoot()
        }
        let largest = scores.max() ?? 0
        let exponentials = scores.map { exp($0 - largest) }
        let sum = exponentials.reduce(0, +)
        for i in 0..<d {
          let expected = zip(exponentials, 0..<count).reduce(0.0) {
            $0 + $1.0 / sum * Double(cache.value($1.1, i))
          }
          #expect(
            abs(Double(out[head * d + i]) - expected) < precision.tolerance,
            "head \(head), column \(i)")
        }
      }
    }
  }

  @Test(
    "is rounded alike whatever registers a processor has",
    .enabled(if: processorFusesProducts, "needs a processor with AVX2 and FMA"),
    arguments: [ProductPrecision.float32, .bfloat16], shapes)
  func isInOneOrder(precision: ProductPrecision, shape: (Int, Int)) {
    let (count, d) = shape
    let isRounded = precision == .bfloat16
    for headCount in 1...CachedAttention.mostSharingHeads {
      let cache = Cache(count: count, d: d, headCount: headCount, precision: precision)
      let out = cache.attend()
      for head in 0..<headCount {
        /// Of bfloat16 numbers the sums of 32 products each are added, of every second one by itself.
        func sum(onto before: Float, _ pairs: some Sequence<(Float, Float)>) -> Float {
          let pairs = Array(pairs)
          guard isRounded else {
            return before + pairs.reduce(into: 0) { $0.addProduct($1.0, $1.1) }
          }
          return stride(from: 0, to: pairs.count, by: 32).reduce(before) { sum, first in
            let group = pairs[first..<min(first + 32, pairs.count)]
            return sum
              + (0..<2).map { half in
                group.reduce(into: (Float(0), 0)) {
                  if $0.1 % 2 == half { $0.0.addProduct($1.0, $1.1) }
                  $0.1 += 1
                }.0
              }.reduce(0, +)
          }
        }
        let scale = 1 / Float(d).squareRoot()
        var (largest, total) = (-Float.infinity, Float(0))
        var expected = [Float](repeating: 0, count: d)
        for start in stride(from: 0, to: count, by: 256) {
          let block = start..<min(start + 256, count)
          var p = block.map { j in
            sum(onto: 0, (0..<d).lazy.map { (cache.query(head, $0), cache.key(j, $0)) })
          }
          let most = max(largest, (p.max() ?? 0) * scale)
          let factor = start == 0 ? 0 : fastExp(largest - most)
          largest = most
          p = p.map { fastExp($0 * scale - most) }
          // Every sixteenth number, and these by halves.
          var parts = [Float](repeating: 0, count: 16)
          for (j, number) in p.enumerated() { parts[j % 16] += number }
          for half in [8, 4, 2, 1] {
            for k in 0..<half { parts[k] += parts[k + half] }
          }
          total = total * factor + parts[0]
          if isRounded { p = p.map { Float(rounded($0)) } }
          for i in 0..<d {
            expected[i] = sum(
              onto: expected[i] * factor, zip(p, block).lazy.map { ($0, cache.value($1, i)) })
          }
        }
        #expect(Array(out[head * d..<(head + 1) * d]) == expected.map { $0 * (1 / total) })
      }
    }
  }

  @Test(
    "where all scores have overflowed downwards, the result is no number; where some have, it is",
    arguments: [ProductPrecision.float32, .bfloat16], shapes)
  func overflowedScores(precision: ProductPrecision, shape: (Int, Int)) {
    let (count, d) = shape
    for headCount in 1...CachedAttention.mostSharingHeads {
      for overflowed in [count, count - 1] {
        let cache = Cache(
          count: count, d: d, headCount: headCount, precision: precision, overflowed: overflowed)
        let out = cache.attend()
        #expect(out.allSatisfy { $0.isFinite == (overflowed < count) })
        #expect(out.allSatisfy { $0.isNaN == (overflowed == count) })
      }
    }
  }

  /// The kernels' exponential: products are rounded together with what they are added to.
  private func fastExp(_ argument: Float) -> Float {
    let x = min(max(argument, -87), 88)
    let shift: Float = 12_582_912
    let shifted = shift.addingProduct(x, 1.44269504088896341)
    let whole = shifted - shift
    let r = x.addingProduct(-whole, 0.693359375).addingProduct(whole, 2.12194440e-4)
    var p: Float = 1.9875691500e-4
    for coefficient: Float in [
      1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
    ] { p = coefficient.addingProduct(p, r) }
    p = r.addingProduct(p * r, r) + 1
    return p * Float(bitPattern: (shifted.bitPattern &<< 23) &+ (127 << 23))
  }
}

/// Random queries, keys and values, as a cache of one layer and one head of keys holds them.
private final class Cache {
  private let count: Int
  private let d: Int
  private let headCount: Int
  private let queries: FloatBuffer
  /// [positions, d] each
  private let keys: FloatBuffer
  private let values: FloatBuffer
  private let blocks: [FloatBuffer]
  /// Numbers before a block's keys.
  private let keyOffset = 3
  private let attention: CachedAttention
  private let isRounded: Bool

  /// - Parameter overflowed: keys, from the first on, whose scores are below all numbers.
  init(
    count: Int, d: Int, headCount: Int, precision: ProductPrecision, overflowed: Int = 0
  ) {
    (self.count, self.d, self.headCount) = (count, d, headCount)
    isRounded = precision == .bfloat16
    attention = CachedAttention(headDimension: d, precision: precision)
    queries = randomBuffer(count: headCount * d, seed: 1)
    keys = randomBuffer(count: count * d, seed: 2)
    values = randomBuffer(count: count * d, seed: 3)
    for head in 0..<(overflowed > 0 ? headCount : 0) { queries.elements[head * d] = 1e20 }
    for j in 0..<overflowed { keys.elements[j * d] = -1e20 }
    let size = CachedAttention.blockSize
    // What nobody wrote must not matter.
    blocks = (0..<(count + size - 1) / size).map { [keyOffset, attention] _ in
      let block = FloatBuffer(count: keyOffset + attention.blockElementCount)
      block.base.update(repeating: .nan, count: block.count)
      return block
    }
    for j in 0..<count {
      attention.store(
        key: keys.base + j * d, value: values.base + j * d, block: blocks[j / size].base,
        keyOffset: keyOffset, slot: j % size)
    }
    attention.round(queries: queries.base, headCount: headCount)
  }

  func query(_ head: Int, _ i: Int) -> Float { queries.elements[head * d + i] }
  func key(_ j: Int, _ i: Int) -> Float { stored(keys.elements[j * d + i]) }
  func value(_ j: Int, _ i: Int) -> Float { stored(values.elements[j * d + i]) }
  private func stored(_ number: Float) -> Float { isRounded ? Float(rounded(number)) : number }

  /// [heads, d]
  func attend() -> [Float] {
    let out = FloatBuffer(count: headCount * d)
    let places = blocks.map { Optional($0.base) }
    attention.attend(
      queries: queries.base, headCount: headCount, blocks: places, keyOffset: keyOffset,
      count: count, into: out.base)
    return Array(out.elements)
  }
}
