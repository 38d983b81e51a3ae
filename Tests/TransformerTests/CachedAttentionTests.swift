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

  @Test("is its formula, for one head and for several that share keys", arguments: shapes)
  func isItsFormula(count: Int, d: Int) {
    for headCount in 1...CachedAttention.mostSharingHeads {
      let cache = Cache(count: count, d: d, headCount: headCount)
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
          #expect(abs(Double(out[head * d + i]) - expected) < 2e-6, "head \(head), column \(i)")
        }
      }
    }
  }

  @Test(
    "is rounded alike whatever registers a processor has",
    .enabled(if: processorFusesProducts, "needs a processor with AVX2 and FMA"), arguments: shapes)
  func isInOneOrder(count: Int, d: Int) {
    let cache = Cache(count: count, d: d, headCount: 2)
    let out = cache.attend()
    for head in 0..<2 {
      func sum(_ pairs: some Sequence<(Float, Float)>) -> Float {
        pairs.reduce(into: 0) { $0.addProduct($1.0, $1.1) }
      }
      let scale = 1 / Float(d).squareRoot()
      var (largest, total) = (-Float.infinity, Float(0))
      var expected = [Float](repeating: 0, count: d)
      for start in stride(from: 0, to: count, by: 256) {
        let block = start..<min(start + 256, count)
        var p = block.map { j in sum((0..<d).lazy.map { (cache.query(head, $0), cache.key(j, $0)) })
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
        for i in 0..<d {
          expected[i] =
            expected[i] * factor + sum(zip(p, block).lazy.map { ($0, cache.value($1, i)) })
        }
      }
      #expect(Array(out[head * d..<(head + 1) * d]) == expected.map { $0 * (1 / total) })
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

  init(count: Int, d: Int, headCount: Int) {
    (self.count, self.d, self.headCount) = (count, d, headCount)
    queries = randomBuffer(count: headCount * d, seed: 1)
    keys = randomBuffer(count: count * d, seed: 2)
    values = randomBuffer(count: count * d, seed: 3)
    let size = CachedAttention.blockSize
    blocks = (0..<(count + size - 1) / size).map { [keyOffset] _ in
      FloatBuffer(count: keyOffset + 2 * size * d)
    }
    for j in 0..<count {
      CachedAttention.store(
        key: keys.base + j * d, value: values.base + j * d, block: blocks[j / size].base,
        keyOffset: keyOffset, slot: j % size, headDimension: d)
    }
  }

  func query(_ head: Int, _ i: Int) -> Float { queries.elements[head * d + i] }
  func key(_ j: Int, _ i: Int) -> Float { keys.elements[j * d + i] }
  func value(_ j: Int, _ i: Int) -> Float { values.elements[j * d + i] }

  /// [heads, d]
  func attend() -> [Float] {
    let out = FloatBuffer(count: headCount * d)
    let places = blocks.map { Optional($0.base) }
    CachedAttention.attend(
      queries: queries.base, headCount: headCount, blocks: places, keyOffset: keyOffset,
      count: count, headDimension: d, into: out.base)
    return Array(out.elements)
  }
}
