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

  /// Compares all heads' outputs and gradients with the formula.
  private func check(
    spans: [AttentionSpan], d: Int, keyGain: (_ row: Int) -> Float = { _ in 1 }
  ) {
    let (heads, keyHeads) = (4, 2)
    let tokenCount = spans.map(\.own.upperBound).max() ?? 0
    let width = (heads + 2 * keyHeads) * d
    let input = randomBuffer(count: tokenCount * width, seed: 3)
    for row in 0..<tokenCount {
      for i in heads * d..<(heads + keyHeads) * d {
        input.elements[row * width + i] *= keyGain(row)
      }
    }
    let dOut = randomBuffer(count: tokenCount * heads * d, seed: 4)
    let out = FloatBuffer(count: tokenCount * heads * d)
    let logSum = FloatBuffer(count: heads * tokenCount)
    // What was there before must not matter.
    let dInput = randomBuffer(count: tokenCount * width, seed: 5)
    func rows(_ buffer: FloatBuffer, _ width: Int) -> Rows { buffer.rows(tokenCount, width) }
    let attention = CausalAttention(
      headCount: heads, keyValueHeadCount: keyHeads, headDimension: d)
    for span in spans {
      for head in 0..<heads {
        attention.forward(
          queryKeyValue: rows(input, width), span: span, head: head, into: rows(out, heads * d),
          logSum: logSum.rows(heads, tokenCount))
      }
    }
    for keyHead in 0..<keyHeads {
      attention.gradient(
        dOut: rows(dOut, heads * d), queryKeyValue: rows(input, width), out: rows(out, heads * d),
        logSum: logSum.rows(heads, tokenCount), spans: spans[...], keyValueHead: keyHead,
        dQueryKeyValue: rows(dInput, width))
    }
    withExtendedLifetime(logSum) {}

    let seen = (0..<tokenCount).map { row in
      spans.first { $0.own.contains(row) }.map { Array($0.prefix) + Array($0.own.lowerBound...row) }
        ?? []
    }
    func columns(_ buffer: FloatBuffer, _ width: Int, head: Int) -> [[Double]] {
      (0..<tokenCount).map { row in
        (0..<d).map { Double(buffer.elements[row * width + head * d + $0]) }
      }
    }
    for keyHead in 0..<keyHeads {
      let (key, value) = (heads + keyHead, heads + keyHeads + keyHead)
      var (dKey, dValue): ([[Double]]?, [[Double]]?) = (nil, nil)
      for head in keyHead * heads / keyHeads..<(keyHead + 1) * heads / keyHeads {
        let reference = Reference(
          query: columns(input, width, head: head), key: columns(input, width, head: key),
          value: columns(input, width, head: value), dOut: columns(dOut, heads * d, head: head),
          seen: seen)
        expectClose(columns(out, heads * d, head: head), reference.out, "output of head \(head)")
        expectClose(
          columns(dInput, width, head: head), reference.dQuery, "gradient of query \(head)")
        dKey = dKey.map { sum($0, reference.dKey) } ?? reference.dKey
        dValue = dValue.map { sum($0, reference.dValue) } ?? reference.dValue
      }
      expectClose(columns(dInput, width, head: key), dKey ?? [], "gradient of key \(keyHead)")
      expectClose(columns(dInput, width, head: value), dValue ?? [], "gradient of value \(keyHead)")
    }
  }

  private func sum(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    zip(a, b).map { zip($0, $1).map(+) }
  }

  private func expectClose(_ actual: [[Double]], _ expected: [[Double]], _ what: Comment) {
    let size = max(1, expected.joined().map(abs).max() ?? 0)
    let worst = zip(actual.joined(), expected.joined()).map { abs($0 - $1) }
    #expect(worst.count == expected.count * (expected.first?.count ?? 0))
    #expect(worst.allSatisfy { $0 <= 1e-5 * size }, what)
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

  @Test("a score that is no number is not passed over", arguments: [0, 17, 255, 256, 400])
  func notANumber(place: Int) {
    var scores = [Float](repeating: 0, count: 401)
    scores[place] = .nan
    #expect(output(scores: scores, values: Array(repeating: 1, count: 401)).isNaN)
  }
}
