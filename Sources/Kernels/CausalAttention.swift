internal import CKernels

/// Causal attention within one sequence: each query sees the keys up to its own position.
///
/// out = softmax(q · kᵀ / √d) · v for each head. A token's row holds its query heads, then its key heads, then its
/// value heads, each d wide; query head h reads key and value head h / (headCount / keyValueHeadCount).
///
/// Queries are taken in blocks, so that scores never need [tokens, tokens] of memory. Only the log of each softmax's
/// sum is kept for the gradient (after Dao et al., FlashAttention, 2022), which makes the scores anew from it.
package final class CausalAttention {
  private let headCount: Int
  private let keyValueHeadCount: Int
  private let headDimension: Int
  private let scale: Float
  /// Two matrices of [queryBlock, longest sequence]: probabilities and their gradient.
  private var scratch = FloatBuffer(count: 0)
  private static let queryBlock = 64

  package init(headCount: Int, keyValueHeadCount: Int, headDimension: Int) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    scale = 1 / Float(headDimension).squareRoot()
  }

  /// The attention of one sequence.
  ///
  /// Shapes: queryKeyValue [tokens, (headCount + 2 · keyValueHeadCount) · d], out [tokens, headCount · d],
  /// logSum [headCount, tokens] with `logSumStride` between heads.
  package func forward(
    queryKeyValue: Rows, into out: Rows, logSum: UnsafeMutablePointer<Float>, logSumStride: Int
  ) {
    let tokenCount = queryKeyValue.rowCount
    reserve(tokenCount)
    for head in 0..<headCount {
      let (query, key, value) = views(queryKeyValue, head: head)
      let outHead = out[columns: head * headDimension..<(head + 1) * headDimension]
      for start in stride(from: 0, to: tokenCount, by: Self.queryBlock) {
        let end = min(start + Self.queryBlock, tokenCount)
        let scores = scratch.rows(end - start, end)
        // pass 1: scores
        matrixProduct(query[rows: start..<end], key[rows: 0..<end].transposed, into: scores)
        // pass 2: probabilities
        causal_softmax(
          scores.base, scores.stride, end - start, start + 1, end, scale,
          logSum + head * logSumStride + start, 0)
        // pass 3: the weighted mean of the values
        matrixProduct(scores, value[rows: 0..<end], into: outHead[rows: start..<end])
      }
    }
  }

  /// Gradient of `forward`: overwrites dQueryKeyValue.
  package func gradient(
    dOut: Rows, queryKeyValue: Rows, out: Rows, logSum: UnsafeMutablePointer<Float>,
    logSumStride: Int, dQueryKeyValue: Rows
  ) {
    let tokenCount = queryKeyValue.rowCount
    reserve(tokenCount)
    dQueryKeyValue[columns: headCount * headDimension..<dQueryKeyValue.width].zero()
    for head in 0..<headCount {
      let (query, key, value) = views(queryKeyValue, head: head)
      let (dQuery, dKey, dValue) = views(dQueryKeyValue, head: head)
      let columns = head * headDimension..<(head + 1) * headDimension
      for start in stride(from: 0, to: tokenCount, by: Self.queryBlock) {
        let end = min(start + Self.queryBlock, tokenCount)
        let block = start..<end
        let p = scratch.rows(block.count, end)
        let dp = scratch.rows(block.count, end, at: scratch.count / 2)
        let dOutBlock = dOut[columns: columns][rows: block]
        let outBlock = out[columns: columns][rows: block]
        // passes 1 and 2 again
        matrixProduct(query[rows: block], key[rows: 0..<end].transposed, into: p)
        causal_softmax(
          p.base, p.stride, block.count, start + 1, end, scale,
          logSum + head * logSumStride + start, 1)
        // pass 3 backwards. forward: out = p · v
        matrixProduct(dOutBlock, value[rows: 0..<end].transposed, into: dp)
        matrixProduct(
          p.transposed, dOutBlock, into: dValue[rows: 0..<end], accumulates: true)
        // pass 2 backwards. forward: p = softmax(scores · scale)
        causal_softmax_gradient(
          p.base, dp.base, p.stride, dOutBlock.base, outBlock.base, outBlock.stride, block.count,
          end, headDimension, scale)
        // pass 1 backwards. forward: scores = q · kᵀ
        matrixProduct(dp, key[rows: 0..<end], into: dQuery[rows: block])
        matrixProduct(
          dp.transposed, query[rows: block], into: dKey[rows: 0..<end], accumulates: true)
      }
    }
  }

  private func reserve(_ tokenCount: Int) {
    let needed = 2 * Self.queryBlock * tokenCount
    if scratch.count < needed { scratch = FloatBuffer(count: needed) }
  }

  /// The query, key and value columns of one query head.
  private func views(_ queryKeyValue: Rows, head: Int) -> (query: Rows, key: Rows, value: Rows) {
    let shared = head * keyValueHeadCount / headCount
    func view(_ index: Int) -> Rows {
      queryKeyValue[columns: index * headDimension..<(index + 1) * headDimension]
    }
    return (view(head), view(headCount + shared), view(headCount + keyValueHeadCount + shared))
  }
}
