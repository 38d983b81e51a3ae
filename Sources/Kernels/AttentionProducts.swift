internal import CKernels

/// The products of attention with one block of keys and values, which is laid out before.
///
/// Shapes: x [queries, d]; scores and p [queries, keys], of the first keys of the block that some of the queries see.
protocol AttentionProducts: AnyObject {
  /// For `scores` and `weightedValues`. Shapes: key, value [tokens, d].
  func layOut(key: Rows, value: Rows, _ block: KeyBlock)
  /// For the others, and for `scores`.
  func layOutForGradient(key: Rows, value: Rows, _ block: KeyBlock)

  /// Rounds x to what is multiplied, in place.
  func round(_ x: Rows)

  /// into = x · keysᵀ. What is wider than the block is not set, or to anything.
  func scores(_ x: Rows, into scores: Rows)
  /// into = x · valuesᵀ, likewise
  func valueScores(_ x: Rows, into scores: Rows)
  /// out = p · values, or out += p · values
  func weightedValues(_ p: Rows, into out: Rows, accumulates: Bool)
  /// out = p · keys, or out += p · keys
  func weightedKeys(_ p: Rows, into out: Rows, accumulates: Bool)
  /// target += pᵀ · x. Shape: target [keys, d].
  func gather(_ p: Rows, _ x: Rows, into target: Rows)
}

/// Products of float32 numbers, where they lie in the cache.
final class Float32AttentionProducts: AttentionProducts {
  /// [d, keys] each, of the last block, followed by what is left of others
  private let keysTransposed: Rows
  private let valuesTransposed: Rows
  /// [keys, d], of keys or of values
  private let rows: Rows
  /// Owns the memory of all of them.
  private let memory: FloatBuffer

  init(headDimension: Int) {
    let memory = FloatBuffer(count: Self.elementCount(headDimension: headDimension))
    var used = 0
    func take(_ rowCount: Int, _ width: Int) -> Rows {
      let stride = AttentionBlocks.stride(of: width)
      defer { used += rowCount * stride }
      return Rows(base: memory.base + used, rowCount: rowCount, width: width, stride: stride)
    }
    keysTransposed = take(headDimension, AttentionBlocks.keys)
    valuesTransposed = take(headDimension, AttentionBlocks.keys)
    rows = take(AttentionBlocks.keys, headDimension)
    self.memory = memory
  }

  /// Numbers of memory.
  static func elementCount(headDimension: Int) -> Int {
    2 * headDimension * AttentionBlocks.stride(of: AttentionBlocks.keys)
      + AttentionBlocks.keys * AttentionBlocks.stride(of: headDimension)
  }

  func layOut(key: Rows, value: Rows, _ block: KeyBlock) {
    transpose(key, block, into: keysTransposed)
    block.copy(value, into: rows)
  }

  func layOutForGradient(key: Rows, value: Rows, _ block: KeyBlock) {
    transpose(key, block, into: keysTransposed)
    transpose(value, block, into: valuesTransposed)
    block.copy(key, into: rows)
  }

  private func transpose(_ source: Rows, _ block: KeyBlock, into target: Rows) {
    for run in block.runs {
      Kernels.transpose(source[rows: run.rows], into: target[columns: run.columns])
    }
  }

  func round(_ x: Rows) {}

  func scores(_ x: Rows, into scores: Rows) {
    blockProduct(x, keysTransposed[columns: 0..<scores.width], into: scores)
  }

  func valueScores(_ x: Rows, into scores: Rows) {
    blockProduct(x, valuesTransposed[columns: 0..<scores.width], into: scores)
  }

  func weightedValues(_ p: Rows, into out: Rows, accumulates: Bool) {
    blockProduct(p, rows[rows: 0..<p.width], into: out, accumulates: accumulates)
  }

  func weightedKeys(_ p: Rows, into out: Rows, accumulates: Bool) {
    blockProduct(p, rows[rows: 0..<p.width], into: out, accumulates: accumulates)
  }

  func gather(_ p: Rows, _ x: Rows, into target: Rows) {
    blockProduct(p.transposed, x, into: target, accumulates: true)
  }
}

/// Products of bfloat16 numbers, which all factors are rounded to.
final class BFloat16AttentionProducts: AttentionProducts {
  private let arithmetic: BFloat16Arithmetic
  private let headDimension: Int
  // Of the last block that was laid out for them.
  private let keysTransposed, valuesTransposed, keys, values: BFloat16Panels
  /// [queries, d], of what gathers
  private let gathered: BFloat16Panels
  /// [keys, d], where a block's rows lie apart
  private let rows: FloatBuffer

  init(headDimension: Int, arithmetic: BFloat16Arithmetic) {
    self.headDimension = headDimension
    self.arithmetic = arithmetic
    func panels(_ inner: Int, _ columnCount: Int) -> BFloat16Panels {
      BFloat16Panels(inner: inner, columnCount: columnCount, for: arithmetic)
    }
    keysTransposed = panels(headDimension, AttentionBlocks.keys)
    valuesTransposed = panels(headDimension, AttentionBlocks.keys)
    keys = panels(AttentionBlocks.keys, headDimension)
    values = panels(AttentionBlocks.keys, headDimension)
    gathered = panels(AttentionBlocks.queries, headDimension)
    rows = FloatBuffer(count: AttentionBlocks.keys * headDimension)
  }

  /// What an instance takes, in float32 numbers, with a first factor that is lent to it.
  static func elementCount(headDimension: Int, arithmetic: BFloat16Arithmetic) -> Int {
    let (queryCount, keyCount) = (AttentionBlocks.queries, AttentionBlocks.keys)
    func panels(_ inner: Int, _ columnCount: Int) -> Int {
      BFloat16Panels.byteCount(inner: inner, columnCount: columnCount, for: arithmetic)
    }
    func lent(_ rowCount: Int, _ inner: Int) -> Int {
      BFloat16Rows.byteCount(rowCount: rowCount, inner: inner, for: arithmetic)
    }
    let byteCount =
      2 * panels(headDimension, keyCount) + 2 * panels(keyCount, headDimension)
      + panels(queryCount, headDimension)
      + max(lent(queryCount, headDimension), lent(queryCount, keyCount), lent(keyCount, queryCount))
    return keyCount * headDimension + byteCount / MemoryLayout<Float>.stride
  }

  func layOut(key: Rows, value: Rows, _ block: KeyBlock) {
    keysTransposed.pack(contiguous(key, block).transposed)
    values.pack(contiguous(value, block))
  }

  func layOutForGradient(key: Rows, value: Rows, _ block: KeyBlock) {
    let key = contiguous(key, block)
    keysTransposed.pack(key.transposed)
    keys.pack(key)
    valuesTransposed.pack(contiguous(value, block).transposed)
  }

  /// A block's rows, as long as no others are asked for.
  private func contiguous(_ source: Rows, _ block: KeyBlock) -> Rows {
    if block.runs.count == 1 { return source[rows: block.runs[0].rows] }
    let copy = rows.rows(block.count, headDimension)
    block.copy(source, into: copy)
    return copy
  }

  func round(_ x: Rows) {
    for row in 0..<x.rowCount { bfloat16_round(x[row: row], x.width) }
  }

  func scores(_ x: Rows, into scores: Rows) { multiply(x, keysTransposed, into: scores) }

  func valueScores(_ x: Rows, into scores: Rows) { multiply(x, valuesTransposed, into: scores) }

  private func multiply(_ x: Rows, _ b: BFloat16Panels, into scores: Rows) {
    let columns = 0..<min(scores.width, b.columnCount)
    BFloat16Rows(x, for: arithmetic).multiply(b, columns: columns, into: scores[columns: columns])
  }

  func weightedValues(_ p: Rows, into out: Rows, accumulates: Bool) {
    BFloat16Rows(p, for: arithmetic).multiply(values, into: out, accumulates: accumulates)
  }

  func weightedKeys(_ p: Rows, into out: Rows, accumulates: Bool) {
    BFloat16Rows(p, for: arithmetic).multiply(keys, into: out, accumulates: accumulates)
  }

  func gather(_ p: Rows, _ x: Rows, into target: Rows) {
    gathered.pack(x)
    BFloat16Rows(p.transposed, for: arithmetic).multiply(gathered, into: target, accumulates: true)
  }
}
