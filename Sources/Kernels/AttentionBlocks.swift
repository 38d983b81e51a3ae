/// Some keys that a span's queries see.
struct KeyBlock {
  /// Where they and their values lie.
  let rows: Range<Int>
  /// Whether they are of the span's own rows: then a query sees those up to itself.
  let isOwn: Bool

  /// How many of the keys the first and the last of some queries see.
  func seen(by queries: Range<Int>) -> (byFirst: Int, byLast: Int) {
    guard isOwn else { return (rows.count, rows.count) }
    func count(upTo query: Int) -> Int { min(rows.count, query - rows.lowerBound + 1) }
    return (count(upTo: queries.lowerBound), count(upTo: queries.upperBound - 1))
  }
}

extension AttentionSpan {
  /// All keys that its queries see, in blocks, those of the prefix first.
  var keyBlocks: [KeyBlock] {
    AttentionBlocks.parts(of: prefix, size: AttentionBlocks.keys).map {
      KeyBlock(rows: $0, isOwn: false)
    }
      + AttentionBlocks.parts(of: own, size: AttentionBlocks.keys).map {
        KeyBlock(rows: $0, isOwn: true)
      }
  }

  /// The queries that see some of the keys, in blocks; every query of a block sees one.
  func queryBlocks(seeing keys: KeyBlock) -> [Range<Int>] {
    let first = keys.isOwn ? keys.rows.lowerBound : own.lowerBound
    return AttentionBlocks.parts(of: first..<own.upperBound, size: AttentionBlocks.queries)
  }
}

/// What the attention of a block of queries to a block of keys works in: few enough numbers to stay in a core's cache.
struct AttentionBlocks {
  static let queries = 32
  static let keys = 256

  /// [queries, keys] each
  let probabilities: Rows
  let gradient: Rows
  /// [d, keys] each
  let keysTransposed: Rows
  let valuesTransposed: Rows
  /// [keys, d]
  private let rows: Rows
  /// Owns the memory of all of them.
  private let memory: FloatBuffer

  init(headDimension: Int) {
    let memory = FloatBuffer(count: Self.count(headDimension: headDimension))
    var used = 0
    func take(_ rowCount: Int, _ width: Int) -> Rows {
      let stride = Self.stride(of: width)
      defer { used += rowCount * stride }
      return Rows(base: memory.base + used, rowCount: rowCount, width: width, stride: stride)
    }
    probabilities = take(Self.queries, Self.keys)
    gradient = take(Self.queries, Self.keys)
    keysTransposed = take(headDimension, Self.keys)
    valuesTransposed = take(headDimension, Self.keys)
    rows = take(Self.keys, headDimension)
    self.memory = memory
  }

  /// Numbers of memory.
  static func count(headDimension: Int) -> Int {
    2 * (queries + headDimension) * stride(of: keys) + keys * stride(of: headDimension)
  }

  /// The part of a matrix for some queries' scores: a row for each, as wide as the keys that the last of them sees, in whole vectors.
  func scores(
    of queries: Range<Int>, and keys: KeyBlock, in matrix: Rows
  ) -> (scores: Rows, seen: (byFirst: Int, byLast: Int)) {
    let seen = keys.seen(by: queries)
    let width = (seen.byLast + Self.line - 1) / Self.line * Self.line
    return (matrix[rows: 0..<queries.count][columns: 0..<width], seen)
  }

  /// The transpose of some keys or values, followed by what is left of others.
  func transposed(_ source: Rows, into target: Rows) -> Rows {
    transpose(source, into: target[columns: 0..<source.rowCount])
    return target
  }

  /// Keys or values where products read them line by line.
  func copy(_ source: Rows) -> Rows {
    for row in 0..<source.rowCount {
      rows[row: row].update(from: source[row: row], count: source.width)
    }
    return rows[rows: 0..<source.rowCount]
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
  private static func stride(of width: Int) -> Int { ((width + line - 1) / line | 1) * line }
}
