internal import CKernels

/// Some keys that a span's queries see: those of one block of positions.
struct KeyBlock {
  /// A part of the keys and values: which of the block's they are, and in which rows they lie.
  struct Run {
    let columns: Range<Int>
    let rows: Range<Int>
  }

  /// The rows of the prefix, then the span's own.
  let runs: [Run]
  /// Of the span's own rows, the one that sees the block's first key and none after it; none sees less. It may lie before them all, where
  /// the block begins in the prefix.
  private let firstQuery: Int

  /// - Parameter positions: of the keys in the sequence, of which the prefix is the beginning.
  fileprivate init(_ positions: Range<Int>, of span: AttentionSpan) {
    firstQuery = span.own.lowerBound + positions.lowerBound - span.prefix.count
    var runs: [Run] = []
    for (rows, start) in [(span.prefix, 0), (span.own, span.prefix.count)] {
      let part = positions.clamped(to: start..<start + rows.count)
      guard !part.isEmpty else { continue }
      let (column, row) = (part.lowerBound - positions.lowerBound, part.lowerBound - start)
      runs.append(
        Run(
          columns: column..<column + part.count,
          rows: rows.lowerBound + row..<rows.lowerBound + row + part.count))
    }
    self.runs = runs
  }

  var count: Int { runs.reduce(0) { $0 + $1.columns.count } }

  /// How many of the keys the first and the last of some queries see.
  func seen(by queries: Range<Int>) -> (byFirst: Int, byLast: Int) {
    (min(count, queries.lowerBound - firstQuery + 1), min(count, queries.upperBound - firstQuery))
  }

  /// Copies the keys' rows of a matrix, one after the other.
  func copy(_ source: Rows, into target: Rows) {
    for run in runs {
      for (index, row) in run.rows.enumerated() {
        target[row: run.columns.lowerBound + index].update(
          from: source[row: row], count: source.width)
      }
    }
  }

  /// Of the span's own rows, those that see some of the keys.
  fileprivate func queries(of span: AttentionSpan) -> Range<Int> {
    max(firstQuery, span.own.lowerBound)..<span.own.upperBound
  }
}

extension AttentionSpan {
  /// All keys that its queries see, in blocks of positions: where they lie and what else there is changes no result.
  var keyBlocks: [KeyBlock] {
    AttentionBlocks.parts(of: 0..<prefix.count + own.count, size: AttentionBlocks.keys).map {
      KeyBlock($0, of: self)
    }
  }

  /// The queries that see some of the keys, in blocks; every query of a block sees one.
  func queryBlocks(seeing keys: KeyBlock) -> [Range<Int>] {
    AttentionBlocks.parts(of: keys.queries(of: self), size: AttentionBlocks.queries)
  }
}

/// What the attention of a block of queries to a block of keys works in: few enough numbers to stay in a core's cache.
struct AttentionBlocks {
  static let queries = 32
  static let keys = Int(ATTENTION_BLOCK)

  /// [queries, keys] each
  let probabilities: Rows
  let gradient: Rows
  /// Owns the memory of both.
  private let memory: FloatBuffer

  init() {
    let stride = Self.stride(of: Self.keys)
    let memory = FloatBuffer(count: Self.elementCount)
    func matrix(_ index: Int) -> Rows {
      Rows(
        base: memory.base + index * Self.queries * stride, rowCount: Self.queries, width: Self.keys,
        stride: stride)
    }
    (probabilities, gradient) = (matrix(0), matrix(1))
    self.memory = memory
  }

  /// Numbers of memory.
  static var elementCount: Int { 2 * queries * stride(of: keys) }

  /// The part of a matrix for some queries' scores: a row for each, as wide as the keys that the last of them sees, in whole vectors.
  func scores(
    of queries: Range<Int>, and keys: KeyBlock, in matrix: Rows
  ) -> (scores: Rows, seen: (byFirst: Int, byLast: Int)) {
    let seen = keys.seen(by: queries)
    let width = (seen.byLast + Self.line - 1) / Self.line * Self.line
    return (matrix[rows: 0..<queries.count][columns: 0..<width], seen)
  }

  /// A range in parts of a size, the last of what is left.
  static func parts(of range: Range<Int>, size: Int) -> [Range<Int>] {
    Swift.stride(from: range.lowerBound, to: range.upperBound, by: size).map {
      $0..<min($0 + size, range.upperBound)
    }
  }

  /// Numbers of a cache line, and of the widest vector; rows of scores have room for whole ones, as their kernels demand.
  private static let line = 16

  /// An odd number of cache lines, so that a column of them does not meet in a few places of the cache.
  static func stride(of width: Int) -> Int { ((width + line - 1) / line | 1) * line }
}
