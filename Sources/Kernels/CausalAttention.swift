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
/// sum is kept for the gradient (after Dao et al., FlashAttention, 2022), which makes the scores anew from it. A span's keys and values
/// are copied to where the blocks' products read them line by line.
/// One thread at a time; different heads may be at work in different instances.
package final class CausalAttention {
  private let headCount: Int
  private let keyValueHeadCount: Int
  private let headDimension: Int
  private let scale: Float
  private var scratch: Scratch
  fileprivate static let queryBlock = 32

  package init(headCount: Int, keyValueHeadCount: Int, headDimension: Int) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    scale = 1 / Float(headDimension).squareRoot()
    scratch = Scratch(keyCount: 0, headDimension: headDimension)
  }

  /// Numbers of scratch memory for each key that a query sees.
  package static func scratchCount(headDimension: Int) -> Int {
    2 * (queryBlock + headDimension) + Scratch.stride(of: headDimension)
  }

  /// One head's attention of one span.
  ///
  /// Shapes: queryKeyValue [tokens, (headCount + 2 · keyValueHeadCount) · d], out [tokens, headCount · d],
  /// logSum [headCount, tokens].
  package func forward(
    queryKeyValue: Rows, span: AttentionSpan, head: Int, into out: Rows, logSum: Rows
  ) {
    let (query, key, value) = views(queryKeyValue, head: head)
    reserve(span)
    transpose(key, of: span, into: scratch.keysTransposed)
    copy(value, of: span, into: scratch.rows)
    let outHead = out[columns: head * headDimension..<(head + 1) * headDimension]
    for block in blocks(of: span) {
      let p = scratch.probabilities[rows: 0..<block.queries.count]
      // pass 1: scores
      score(query[rows: block.queries], scratch.keysTransposed, block, into: p)
      // pass 2: probabilities
      causal_softmax(
        p.base, p.stride, block.queries.count, block.firstCount, block.keyCount, scale,
        logSum[row: head] + block.queries.lowerBound, 0)
      // pass 3: the weighted mean of the values
      blockProduct(
        p[columns: 0..<block.keyCount], scratch.rows[rows: 0..<block.keyCount],
        into: outHead[rows: block.queries])
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
    let (_, key, value) = views(queryKeyValue, head: heads.lowerBound)
    for span in spans {
      let (_, dKey, dValue) = views(dQueryKeyValue, head: heads.lowerBound)
      dKey[rows: span.own].zero()
      dValue[rows: span.own].zero()
    }
    for span in spans {
      reserve(span)
      transpose(key, of: span, into: scratch.keysTransposed)
      transpose(value, of: span, into: scratch.valuesTransposed)
      copy(key, of: span, into: scratch.rows)
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
    let (query, _, _) = views(queryKeyValue, head: head)
    let (dQuery, dKey, dValue) = views(dQueryKeyValue, head: head)
    let columns = head * headDimension..<(head + 1) * headDimension
    for block in blocks(of: span) {
      let p = scratch.probabilities[rows: 0..<block.queries.count]
      let dp = scratch.gradient[rows: 0..<block.queries.count]
      let queryBlock = query[rows: block.queries]
      let dOutBlock = dOut[columns: columns][rows: block.queries]
      let outBlock = out[columns: columns][rows: block.queries]
      // passes 1 and 2 again
      score(queryBlock, scratch.keysTransposed, block, into: p)
      causal_softmax(
        p.base, p.stride, block.queries.count, block.firstCount, block.keyCount, scale,
        logSum[row: head] + block.queries.lowerBound, 1)
      // pass 3 backwards. forward: out = p · v
      score(dOutBlock, scratch.valuesTransposed, block, into: dp)
      for (columns, rows) in block.parts {
        blockProduct(
          p[columns: columns].transposed, dOutBlock, into: dValue[rows: rows], accumulates: true)
      }
      // pass 2 backwards. forward: p = softmax(scores · scale)
      causal_softmax_gradient(
        p.base, dp.base, p.stride, dOutBlock.base, outBlock.base, outBlock.stride,
        block.queries.count, block.keyCount, headDimension, scale)
      // pass 1 backwards. forward: scores = q · kᵀ
      blockProduct(
        dp[columns: 0..<block.keyCount], scratch.rows[rows: 0..<block.keyCount],
        into: dQuery[rows: block.queries])
      for (columns, rows) in block.parts {
        blockProduct(
          dp[columns: columns].transposed, queryBlock, into: dKey[rows: rows], accumulates: true)
      }
    }
  }

  /// into = x · keysᵀ for the keys that the block sees, and for those that fill the last vector.
  private func score(_ x: Rows, _ keysTransposed: Rows, _ block: QueryBlock, into scores: Rows) {
    let columns = 0..<Scratch.wholeVectors(block.keyCount)
    blockProduct(x, keysTransposed[columns: columns], into: scores[columns: columns])
  }

  /// Copies the transpose of the rows that a span sees.
  private func transpose(_ rows: Rows, of span: AttentionSpan, into copy: Rows) {
    let count = span.prefix.count
    Kernels.transpose(rows[rows: span.prefix], into: copy[columns: 0..<count])
    Kernels.transpose(rows[rows: span.own], into: copy[columns: count..<count + span.own.count])
  }

  /// Copies the rows that a span sees.
  private func copy(_ rows: Rows, of span: AttentionSpan, into copy: Rows) {
    for (index, row) in [span.prefix, span.own].joined().enumerated() {
      copy[row: index].update(from: rows[row: row], count: rows.width)
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
    let keyCount = span.prefix.count + span.own.count
    if scratch.keyCount < keyCount {
      scratch = Scratch(keyCount: keyCount, headDimension: headDimension)
    }
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

/// What one span's attention works in. Rows lie an odd number of cache lines apart, so that a column of them does not meet in a few
/// places of the cache.
private struct Scratch {
  let keyCount: Int
  /// [query block, keys] each
  let probabilities: Rows
  let gradient: Rows
  /// [d, keys] each
  let keysTransposed: Rows
  let valuesTransposed: Rows
  /// [keys, d]: the values, or in the gradient the keys
  let rows: Rows
  /// Owns the memory of all of them.
  private let memory: FloatBuffer

  init(keyCount: Int, headDimension: Int) {
    self.keyCount = keyCount
    let (wide, narrow) = (Self.stride(of: keyCount), Self.stride(of: headDimension))
    let block = CausalAttention.queryBlock
    let memory = FloatBuffer(
      count: 2 * (block + headDimension) * wide + keyCount * narrow)
    var used = 0
    func take(_ rowCount: Int, _ width: Int, stride: Int) -> Rows {
      defer { used += rowCount * stride }
      return Rows(base: memory.base + used, rowCount: rowCount, width: width, stride: stride)
    }
    probabilities = take(block, wide, stride: wide)
    gradient = take(block, wide, stride: wide)
    keysTransposed = take(headDimension, wide, stride: wide)
    valuesTransposed = take(headDimension, wide, stride: wide)
    rows = take(keyCount, headDimension, stride: narrow)
    self.memory = memory
  }

  /// Numbers of a cache line, and of the widest vector.
  private static let line = 16

  static func wholeVectors(_ count: Int) -> Int { (count + line - 1) / line * line }

  static func stride(of width: Int) -> Int { ((width + line - 1) / line | 1) * line }
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
