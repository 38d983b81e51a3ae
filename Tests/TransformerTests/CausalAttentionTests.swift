import Foundation
import Kernels
import Testing

@Suite("causal attention: outputs and gradients are the formula's")
struct CausalAttentionTests {
  /// One head of keys and values and what its queries see, by the formula, in double precision.
  private struct Reference {
    let d: Int
    var out: [[Double]] = []
    var dQuery, dKey, dValue: [[Double]]

    /// - Parameter seen: the rows that each query row sees.
    init(
      query: [[Double]], key: [[Double]], value: [[Double]], dOut: [[Double]], seen: [[Int]]
    ) {
      d = query[0].count
      let zeros = Array(repeating: Array(repeating: 0.0, count: d), count: query.count)
      (out, dQuery, dKey, dValue) = (zeros, zeros, zeros, zeros)
      let scale = 1 / Double(d).squareRoot()
      func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      for row in query.indices {
        let scores = seen[row].map { dot(query[row], key[$0]) * scale }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        for (weight, other) in zip(weights, seen[row]) {
          for i in 0..<d { out[row][i] += weight / sum * value[other][i] }
        }
        let mean = dot(dOut[row], out[row])
        for (weight, other) in zip(weights, seen[row]) {
          let p = weight / sum
          let dScore = p * (dot(dOut[row], value[other]) - mean) * scale
          for i in 0..<d {
            dValue[other][i] += p * dOut[row][i]
            dQuery[row][i] += dScore * key[other][i]
            dKey[other][i] += dScore * query[row][i]
          }
        }
      }
    }
  }

  /// Four heads that share two of keys and values, with random numbers, and what attention makes of them.
  private struct Heads {
    static let (count, keyCount) = (4, 2)
    let d: Int
    let tokenCount: Int
    /// [tokens, (heads + 2 · key heads) · d], and its gradient
    let input, dInput: FloatBuffer
    /// [tokens, heads · d], and its gradient
    let out, dOut: FloatBuffer

    init(
      spans: [AttentionSpan], d: Int, arithmetic: BFloat16Arithmetic? = nil,
      keyGain: (_ row: Int) -> Float = { _ in 1 }
    ) {
      let (heads, keyHeads) = (Self.count, Self.keyCount)
      let tokenCount = spans.map(\.own.upperBound).max() ?? 0
      let width = (heads + 2 * keyHeads) * d
      (self.d, self.tokenCount) = (d, tokenCount)
      input = randomBuffer(count: tokenCount * width, seed: 3)
      for row in 0..<tokenCount {
        for i in heads * d..<(heads + keyHeads) * d {
          input.elements[row * width + i] *= keyGain(row)
        }
      }
      dOut = randomBuffer(count: tokenCount * heads * d, seed: 4)
      out = FloatBuffer(count: tokenCount * heads * d)
      let logSum = FloatBuffer(count: heads * tokenCount)
      // What was there before must not matter.
      dInput = randomBuffer(count: tokenCount * width, seed: 5)
      let attention = CausalAttention(
        headCount: heads, keyValueHeadCount: keyHeads, headDimension: d, arithmetic: arithmetic)
      for span in spans {
        for head in 0..<heads {
          attention.forward(
            queryKeyValue: input.rows(tokenCount, width), span: span, head: head,
            into: out.rows(tokenCount, heads * d), logSum: logSum.rows(heads, tokenCount))
        }
      }
      for keyHead in 0..<keyHeads {
        attention.gradient(
          dOut: dOut.rows(tokenCount, heads * d), queryKeyValue: input.rows(tokenCount, width),
          out: out.rows(tokenCount, heads * d), logSum: logSum.rows(heads, tokenCount),
          spans: spans[...], keyValueHead: keyHead, dQueryKeyValue: dInput.rows(tokenCount, width))
      }
      withExtendedLifetime(logSum) {}
    }

    /// Numbers of one head of a buffer.
    func columns(_ buffer: FloatBuffer, head: Int) -> [[Double]] {
      let width = buffer.count / tokenCount
      return (0..<tokenCount).map { row in
        (0..<d).map { Double(buffer.elements[row * width + head * d + $0]) }
      }
    }
  }

  /// Compares all heads' outputs and gradients with the formula.
  ///
  /// - Parameter tolerance: of the largest number.
  private func check(
    spans: [AttentionSpan], d: Int, arithmetic: BFloat16Arithmetic? = nil,
    tolerance: Double = 1e-5, keyGain: (_ row: Int) -> Float = { _ in 1 }
  ) {
    let all = Heads(spans: spans, d: d, arithmetic: arithmetic, keyGain: keyGain)
    let (heads, keyHeads, tokenCount) = (Heads.count, Heads.keyCount, all.tokenCount)
    /// Of what is multiplied, as it is multiplied.
    func factors(_ buffer: FloatBuffer, head: Int) -> [[Double]] {
      let columns = all.columns(buffer, head: head)
      return arithmetic == nil ? columns : columns.map { $0.map { rounded(Float($0)) } }
    }
    let seen = (0..<tokenCount).map { row in
      spans.first { $0.own.contains(row) }.map { Array($0.prefix) + Array($0.own.lowerBound...row) }
        ?? []
    }
    for keyHead in 0..<keyHeads {
      let (key, value) = (heads + keyHead, heads + keyHeads + keyHead)
      var (dKey, dValue): ([[Double]]?, [[Double]]?) = (nil, nil)
      for head in keyHead * heads / keyHeads..<(keyHead + 1) * heads / keyHeads {
        let reference = Reference(
          query: factors(all.input, head: head), key: factors(all.input, head: key),
          value: factors(all.input, head: value), dOut: factors(all.dOut, head: head), seen: seen)
        expectClose(
          all.columns(all.out, head: head), reference.out, tolerance, "output of head \(head)")
        expectClose(
          all.columns(all.dInput, head: head), reference.dQuery, tolerance,
          "gradient of query \(head)")
        dKey = dKey.map { sum($0, reference.dKey) } ?? reference.dKey
        dValue = dValue.map { sum($0, reference.dValue) } ?? reference.dValue
      }
      expectClose(
        all.columns(all.dInput, head: key), dKey ?? [], tolerance, "gradient of key \(keyHead)")
      expectClose(
        all.columns(all.dInput, head: value), dValue ?? [], tolerance,
        "gradient of value \(keyHead)")
    }
  }

  private func sum(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    zip(a, b).map { zip($0, $1).map(+) }
  }

  private func expectClose(
    _ actual: [[Double]], _ expected: [[Double]], _ tolerance: Double, _ what: Comment
  ) {
    let size = max(1, expected.joined().map(abs).max() ?? 0)
    let worst = zip(actual.joined(), expected.joined()).map { abs($0 - $1) }
    #expect(worst.count == expected.count * (expected.first?.count ?? 0))
    #expect(worst.allSatisfy { $0 <= tolerance * size }, what)
  }

  @Test(
    "for lengths around the blocks of queries and of keys, and widths that fill vectors or do not",
    arguments: [1, 5, 31, 32, 33, 65, 150, 255, 256, 257, 288, 530], [6, 8, 44, 64])
  func lengths(tokenCount: Int, d: Int) {
    check(spans: [AttentionSpan(prefix: 0..<0, own: 0..<tokenCount)], d: d)
  }

  @Test(
    "for continuations of a shared prompt, within a block of keys and beyond it",
    arguments: [1, 20, 256, 270], [1, 40, 300])
  func prefixes(prefix: Int, own: Int) {
    check(
      spans: [
        AttentionSpan(prefix: 0..<0, own: 0..<prefix),
        AttentionSpan(prefix: 0..<prefix, own: prefix..<prefix + own),
        AttentionSpan(prefix: 0..<prefix, own: prefix + own..<prefix + own + 7),
      ], d: 8)
  }

  @Test(
    "where later blocks of keys have far larger scores than those before, or far smaller ones",
    arguments: [[1, 10, 30], [30, 3, 1], [1, 30, 0]] as [[Float]])
  func changingScores(gains: [Float]) {
    check(
      spans: [AttentionSpan(prefix: 0..<0, own: 0..<530)], d: 8, keyGain: { gains[$0 / 256] })
  }

  /// Those that attention may use here; all of them have the sums of tiles.
  static let arithmetics = [BFloat16Arithmetic.expanded, .tiles].filter(\.isAvailable)

  /// A sequence of several blocks, and continuations of a prompt that ends within one.
  static let spans = [
    [AttentionSpan(prefix: 0..<0, own: 0..<530)],
    [
      AttentionSpan(prefix: 0..<0, own: 0..<279),
      AttentionSpan(prefix: 0..<279, own: 279..<310),
      AttentionSpan(prefix: 0..<279, own: 310..<600),
    ],
  ]

  // What is rounded in between, probabilities and the gradients of scores, is wrong by 2⁻⁹ of itself at most.
  @Test(
    "in bfloat16 it is the formula's, of rounded factors", arguments: arithmetics, [6, 32, 44, 64])
  func rounding(arithmetic: BFloat16Arithmetic, d: Int) {
    for spans in Self.spans { check(spans: spans, d: d, arithmetic: arithmetic, tolerance: 6e-3) }
    for tokenCount in [1, 31, 33, 150] {
      let spans = [AttentionSpan(prefix: 0..<0, own: 0..<tokenCount)]
      check(spans: spans, d: d, arithmetic: arithmetic, tolerance: 6e-3)
    }
  }

  @Test(
    "in bfloat16 it is the same to the last bit whether a processor has tiles or not",
    .enabled(if: BFloat16Arithmetic.tiles.isAvailable, "needs a processor with AMX"),
    arguments: spans, [6, 64])
  func roundingEverywhere(spans: [AttentionSpan], d: Int) {
    let results = [BFloat16Arithmetic.expanded, .tiles].map {
      Heads(spans: spans, d: d, arithmetic: $0)
    }
    #expect(Array(results[0].out.elements) == Array(results[1].out.elements))
    #expect(Array(results[0].dInput.elements) == Array(results[1].dInput.elements))
  }

  /// The output of the last query of `scores.count`, whose scores are as given, with values as given.
  private func output(scores: [Float], values: [Float]) -> Float {
    let d = 8
    let input = FloatBuffer(count: scores.count * 3 * d)
    for (row, (score, value)) in zip(scores, values).enumerated() {
      input.elements[row * 3 * d] = Float(d).squareRoot()
      input.elements[row * 3 * d + d] = score
      input.elements[row * 3 * d + 2 * d] = value
    }
    let out = FloatBuffer(count: scores.count * d)
    let logSum = FloatBuffer(count: scores.count)
    let attention = CausalAttention(headCount: 1, keyValueHeadCount: 1, headDimension: d)
    withExtendedLifetime((input, logSum)) {
      attention.forward(
        queryKeyValue: input.rows(scores.count, 3 * d),
        span: AttentionSpan(prefix: 0..<0, own: 0..<scores.count), head: 0,
        into: out.rows(scores.count, d), logSum: logSum.rows(1, scores.count))
    }
    return out.elements[(scores.count - 1) * d]
  }

  @Test(
    "a score far above the others gets all the weight, however huge it is, in any block of keys",
    arguments: [100, 1e6, 3e10, 7e10, 1e30] as [Float], [0, 16, 200, 300, 529])
  func hugeScores(score: Float, place: Int) {
    var (scores, values) = ([Float](repeating: 0, count: 530), [Float](repeating: 1, count: 530))
    (scores[place], values[place]) = (score, 5)
    let mean = output(scores: scores, values: values)
    #expect(abs(mean - 5) < 1e-5, "\(mean)")
  }

  @Test("scores of a whole block that have overflowed downwards leave the later blocks' mean")
  func overflowedBlock() {
    let scores = (0..<530).map { Float($0 < 256 ? -Float.greatestFiniteMagnitude : 0) }
    let values = (0..<530).map { Float($0 < 256 ? 1 : 3) }
    let mean = output(scores: scores, values: values)
    #expect(abs(mean - 3) < 1e-5, "\(mean)")
  }

  @Test(
    "where all scores have overflowed downwards, nothing is known of their differences",
    arguments: [1, 16, 256, 300])
  func overflowedEverywhere(count: Int) {
    let low = [Float](repeating: -1e30, count: count)
    #expect(output(scores: low, values: Array(repeating: 1, count: count)) == 1)
    let all = [Float](repeating: -.infinity, count: count)
    #expect(output(scores: all, values: Array(repeating: 1, count: count)).isNaN)
  }

  @Test("a score that is no number is not passed over", arguments: [0, 17, 255, 256, 400])
  func notANumber(place: Int) {
    var scores = [Float](repeating: 0, count: 401)
    scores[place] = .nan
    #expect(output(scores: scores, values: Array(repeating: 1, count: 401)).isNaN)
  }
}
