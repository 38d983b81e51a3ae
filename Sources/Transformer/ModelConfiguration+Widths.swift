internal import Checkpoints

extension ModelConfiguration {
  /// Width of a token's queries of all heads.
  var queryWidth: Int { headCount * headDimension }
  /// Heads of queries, keys and values together.
  var queryKeyValueHeadCount: Int { headCount + 2 * keyValueHeadCount }
  /// Width of a token's queries, keys and values together.
  var queryKeyValueWidth: Int { queryKeyValueHeadCount * headDimension }
}
