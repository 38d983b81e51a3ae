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
/// A block of keys meets one block of queries after the other, so that all they need stays in the cache however long a sequence is, and
/// scores never need [tokens, tokens] of memory. A softmax's sum grows from block to block, and only its log is kept for the gradient,
/// which makes scores and probabilities anew (after Dao et al., FlashAttention, 2022).
/// One thread at a time; different heads may be at work in different instances.
package final class CausalAttention {
  private let headCount: Int
  private let keyValueHeadCount: Int
  private let headDimension: Int
  private let scale: Float
  private let blocks = AttentionBlocks()
  private let products: any AttentionProducts
  /// The sums of the softmaxes of one head's queries, in the making.
  private var sums = FloatBuffer(count: 0)

  /// - Parameter arithmetic: where factors are rounded to bfloat16 numbers, how these are multiplied.
  package init(
    headCount: Int, keyValueHeadCount: Int, headDimension: Int,
    arithmetic: BFloat16Arithmetic? = nil
  ) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    scale = 1 / Float(headDimension).squareRoot()
    products =
      arithmetic.map { BFloat16AttentionProducts(headDimension: headDimension, arithmetic: $0) }
      ?? Float32AttentionProducts(headDimension: headDimension)
  }

  /// Numbers of memory of an instance, but for one more for each query of the longest span.
  package static func fixedCount(headDimension: Int, arithmetic: BFloat16Arithmetic?) -> Int {
    AttentionBlocks.elementCount
      + (arithmetic.map {
        BFloat16AttentionProducts.elementCount(headDimension: headDimension, arithmetic: $0)
      } ?? Float32AttentionProducts.elementCount(headDimension: headDimension))
  }

  /// One head's attention of one span.
  ///
  /// Shapes: queryKeyValue [tokens, (headCount + 2 · keyValueHeadCount) · d], out [tokens, headCount · d],
  /// logSum [headCount, tokens].
  package func forward(
    queryKeyValue: Rows, span: AttentionSpan, head: Int, into out: Rows, logSum: Rows
  ) {
    let (query, key, value) = views(queryKeyValue, head: head)
    let outHead = out[columns: head * headDimension..<(head + 1) * headDimension]
    // Until the end, the largest score of each query.
    let logSums = logSum[row: head]
    if sums.count < span.own.count { sums = FloatBuffer(count: span.own.count) }
    for (index, keys) in span.keyBlocks.enumerated() {
      products.layOut(key: key, value: value, keys)
      for queries in span.queryBlocks(seeing: keys) {
        let (p, seen) = blocks.scores(of: queries, and: keys, in: blocks.probabilities)
        let outBlock = outHead[rows: queries]
        // pass 1: scores
        products.scores(query[rows: queries], into: p)
        // pass 2: probabilities, but for their sums
        causal_softmax(
          p.base, p.stride, p.rowCount, seen.byFirst, seen.byLast, scale,
          logSums + queries.lowerBound, sums.base + queries.lowerBound - span.own.lowerBound,
          outBlock.base, outBlock.stride, headDimension, index == 0 ? 1 : 0)
        // pass 3: the weighted sum of the values
        products.weightedValues(
          p[columns: 0..<seen.byLast], into: outBlock, accumulates: index > 0)
      }
    }
    let own = outHead[rows: span.own]
    causal_softmax_end(
      own.base, own.stride, own.rowCount, headDimension, sums.base,
      logSums + span.own.lowerBound)
  }

  /// Gradient of `forward` for all spans of one group and all query heads of one key and value head: overwrites those columns of
  /// dQueryKeyValue. The keys and values of a shared prefix gather the gradients of its spans in their order.
  ///
  /// Those columns of dOut are rounded, where factors are: of one number for products and another one for the sum that is taken off them the
  /// gradients of a query's scores would not add up to 0.
  package func gradient(
    dOut: Rows, queryKeyValue: Rows, out: Rows, logSum: Rows, spans: ArraySlice<AttentionSpan>,
    keyValueHead: Int, dQueryKeyValue: Rows
  ) {
    let sharing = headCount / keyValueHeadCount
    let heads = keyValueHead * sharing..<(keyValueHead + 1) * sharing
    let (_, key, value) = views(queryKeyValue, head: heads.lowerBound)
    let (_, dKey, dValue) = views(dQueryKeyValue, head: heads.lowerBound)
    for span in spans {
      dKey[rows: span.own].zero()
      dValue[rows: span.own].zero()
      products.round(
        dOut[rows: span.own][
          columns: heads.lowerBound * headDimension..<heads.upperBound * headDimension])
    }
    for span in spans {
      for (index, keys) in span.keyBlocks.enumerated() {
        products.layOutForGradient(key: key, value: value, keys)
        for head in heads {
          let columns = head * headDimension..<(head + 1) * headDimension
          let (query, _, _) = views(queryKeyValue, head: head)
          let (dQuery, _, _) = views(dQueryKeyValue, head: head)
          for queries in span.queryBlocks(seeing: keys) {
            gradient(
              dOut: dOut[columns: columns][rows: queries], query: query[rows: queries],
              out: out[columns: columns][rows: queries],
              logSum: logSum[row: head] + queries.lowerBound, queries, keys,
              dQuery: dQuery[rows: queries], dKey: dKey, dValue: dValue, accumulates: index > 0)
          }
        }
      }
    }
  }

  /// The gradient of what a block of queries has from a block of keys.
  private func gradient(
    dOut: Rows, query: Rows, out: Rows, logSum: UnsafePointer<Float>, _ queries: Range<Int>,
    _ keys: KeyBlock, dQuery: Rows, dKey: Rows, dValue: Rows, accumulates: Bool
  ) {
    let (p, seen) = blocks.scores(of: queries, and: keys, in: blocks.probabilities)
    let (dp, _) = blocks.scores(of: queries, and: keys, in: blocks.gradient)
    let columns = 0..<seen.byLast
    // passes 1 and 2 again
    products.scores(query, into: p)
    causal_softmax_again(
      p.base, p.stride, p.rowCount, seen.byFirst, seen.byLast, scale, logSum)
    // pass 3 backwards. forward: out = p · v
    products.valueScores(dOut, into: dp)
    gather(p[columns: columns], dOut, keys, into: dValue)
    // pass 2 backwards. forward: p = softmax(scores · scale)
    causal_softmax_gradient(
      p.base, dp.base, p.stride, dOut.base, out.base, out.stride, p.rowCount, seen.byLast,
      headDimension, scale)
    // pass 1 backwards. forward: scores = q · kᵀ
    products.weightedKeys(dp[columns: columns], into: dQuery, accumulates: accumulates)
    gather(dp[columns: columns], query, keys, into: dKey)
  }

  /// target += aᵀ · b, for the rows of the first a.width keys of a block.
  private func gather(_ a: Rows, _ b: Rows, _ keys: KeyBlock, into target: Rows) {
    for run in keys.runs {
      let columns = run.columns.clamped(to: 0..<a.width)
      guard !columns.isEmpty else { continue }
      let rows = run.rows.lowerBound..<run.rows.lowerBound + columns.count
      products.gather(a[columns: columns], b, into: target[rows: rows])
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
