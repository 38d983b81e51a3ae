internal import CKernels

/// What a run of queries may look at: every row of `prefix`, and of their own rows those up to their own.
///
/// A continuation has its prompt as prefix, so that many of them share the prompt's keys and values.
package struct AttentionSpan: Sendable, Equatable {
  package let prefix: Range<Int>
  package let own: Range<Int>

  package init(prefix: Range<Int>, own: Range<Int>) {
    self.prefix = prefix
    self.own = own
  }
}

/// Causal attention: each query sees the keys of its prefix, and those of its own rows up to its own position.
///
/// out = softmax(q · kᵀ / √d) · v for each head. A token's row holds its query heads, then its key heads, then its
/// value heads, each d wide; query head h reads key and value head h / (headCount / keyValueHeadCount).
///
/// Queries are taken in blocks, so that scores never need [tokens, tokens] of memory. Only the log of each softmax's
/// sum is kept for the gradient (after Dao et al., FlashAttention, 2022), which makes the scores anew from it.
/// One thread at a time; different heads may be at work in different instances.
package final class CausalAttention {
  private let headCount: Int
  private let keyValueHeadCount: Int
  private let headDimension: Int
  private let scale: Float
  /// Two matrices of [queryBlock, most keys of a query]: probabilities and their gradient.
  private var scratch = FloatBuffer(count: 0)
  private static let queryBlock = 64

  package init(headCount: Int, keyValueHeadCount: Int, headDimension: Int) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    scale = 1 / Float(headDimension).squareRoot()
  }

  /// Numbers of scratch memory for queries that see so many keys.
  package static func scratchCount(keyCount: Int) -> Int { 2 * queryBlock * keyCount }

  /// One head's attention of one span.
  ///
  /// Shapes: queryKeyValue [tokens, (headCount + 2 · keyValueHeadCount) · d], out [tokens, headCount · d],
  /// logSum [headCount, tokens].
  package func forward(
    queryKeyValue: Rows, span: AttentionSpan, head: Int, into out: Rows, logSum: Rows
  ) {
    reserve(span)
    let (query, key, value) = views(queryKeyValue, head: head)
    let outHead = out[columns: head * headDimension..<(head + 1) * headDimension]
    for block in blocks(of: span) {
      let scores = scratch.rows(block.queries.count, block.keyCount)
      // pass 1: scores
      score(query[rows: block.queries], key, block, into: scores)
      // pass 2: probabilities
      causal_softmax(
        scores.base, scores.stride, block.queries.count, block.firstCount, block.keyCount, scale,
        logSum[row: head] + block.queries.lowerBound, 0)
      // pass 3: the weighted mean of the values
      var accumulates = false
      for (columns, rows) in block.parts {
        matrixProduct(
          scores[columns: columns], value[rows: rows], into: outHead[rows: block.queries],
          accumulates: accumulates)
        accumulates = true
      }
    }
  }

  /// Gradient of `forward` for all spans of one group and all query heads of one key and value head: overwrites those columns of
  /// dQueryKeyValue. The keys and values of a shared prefix gather the gradients of its spans in their order.
  package func gradient(
    dOut: Rows, queryKeyValue: Rows, out: Rows, logSum: Rows, spans: ArraySlice<AttentionSpan>,
    keyValueHead: Int, dQueryKeyValue: Rows
  ) {
    let sharing = headCount / keyValueHeadCount
    let heads = keyValueHead * sharing..<(keyValueHead + 1) * sharing
    for span in spans {
      let (_, dKey, dValue) = views(dQueryKeyValue, head: heads.lowerBound)
      dKey[rows: span.own].zero()
      dValue[rows: span.own].zero()
    }
    for span in spans {
      reserve(span)
      for head in heads {
        gradient(
          dOut: dOut, queryKeyValue: queryKeyValue, out: out, logSum: logSum, span: span,
          head: head, dQueryKeyValue: dQueryKeyValue)
      }
    }
  }

  private func gradient(
    dOut: Rows, queryKeyValue: Rows, out: Rows, logSum: Rows, span: AttentionSpan, head: Int,
    dQueryKeyValue: Rows
  ) {
    let (query, key, value) = views(queryKeyValue, head: head)
    let (dQuery, dKey, dValue) = views(dQueryKeyValue, head: head)
    let columns = head * headDimension..<(head + 1) * headDimension
    for block in blocks(of: span) {
      let p = scratch.rows(block.queries.count, block.keyCount)
      let dp = scratch.rows(block.queries.count, block.keyCount, at: scratch.count / 2)
      let queryBlock = query[rows: block.queries]
      let dOutBlock = dOut[columns: columns][rows: block.queries]
      let outBlock = out[columns: columns][rows: block.queries]
      // passes 1 and 2 again
      score(queryBlock, key, block, into: p)
      causal_softmax(
        p.base, p.stride, block.queries.count, block.firstCount, block.keyCount, scale,
        logSum[row: head] + block.queries.lowerBound, 1)
      // pass 3 backwards. forward: out = p · v
      score(dOutBlock, value, block, into: dp)
      for (columns, rows) in block.parts {
        matrixProduct(
          p[columns: columns].transposed, dOutBlock, into: dValue[rows: rows], accumulates: true)
      }
      // pass 2 backwards. forward: p = softmax(scores · scale)
      causal_softmax_gradient(
        p.base, dp.base, p.stride, dOutBlock.base, outBlock.base, outBlock.stride,
        block.queries.count, block.keyCount, headDimension, scale)
      // pass 1 backwards. forward: scores = q · kᵀ
      var accumulates = false
      for (columns, rows) in block.parts {
        matrixProduct(
          dp[columns: columns], key[rows: rows], into: dQuery[rows: block.queries],
          accumulates: accumulates)
        matrixProduct(
          dp[columns: columns].transposed, queryBlock, into: dKey[rows: rows], accumulates: true)
        accumulates = true
      }
    }
  }

  /// into = x · keysᵀ for the keys that the block sees.
  private func score(_ x: Rows, _ keys: Rows, _ block: QueryBlock, into scores: Rows) {
    for (columns, rows) in block.parts {
      matrixProduct(x, keys[rows: rows].transposed, into: scores[columns: columns])
    }
  }

  /// The queries of a span in blocks.
  private func blocks(of span: AttentionSpan) -> [QueryBlock] {
    stride(from: span.own.lowerBound, to: span.own.upperBound, by: Self.queryBlock).map { start in
      let end = min(start + Self.queryBlock, span.own.upperBound)
      return QueryBlock(
        queries: start..<end, prefix: span.prefix, ownKeys: span.own.lowerBound..<end)
    }
  }

  private func reserve(_ span: AttentionSpan) {
    let needed = Self.scratchCount(keyCount: span.prefix.count + span.own.count)
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

/// Some queries of a span and the keys that any of them sees: columns of their scores are the prefix's keys, then their own.
private struct QueryBlock {
  let queries: Range<Int>
  let prefix: Range<Int>
  let ownKeys: Range<Int>

  var keyCount: Int { prefix.count + ownKeys.count }
  /// Keys that the first query sees.
  var firstCount: Int { prefix.count + queries.lowerBound - ownKeys.lowerBound + 1 }
  /// Columns of the scores and the rows of their keys.
  var parts: [(columns: Range<Int>, rows: Range<Int>)] {
    let own = (prefix.count..<keyCount, ownKeys)
    return prefix.isEmpty ? [own] : [(0..<prefix.count, prefix), own]
  }
}
