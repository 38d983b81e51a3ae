internal import Checkpoints

extension ModelConfiguration {
  /// Width of a token's queries of all heads.
  var queryWidth: Int { headCount * headDimension }
  /// Heads of queries, keys and values together.
  var queryKeyValueHeadCount: Int { headCount + 2 * keyValueHeadCount }
  /// Width of a token's queries, keys and values together.
  var queryKeyValueWidth: Int { queryKeyValueHeadCount * headDimension }
  /// Numbers of all matrices. In floating point, since the whole numbers of a hostile file may overflow.
  var matrixElementCount: Double {
    Double(layerCount) * Double(hiddenSize)
      * Double(queryKeyValueWidth + queryWidth + 3 * intermediateSize)
      + (tiesEmbeddings ? 1 : 2) * Double(vocabularySize) * Double(hiddenSize)
  }
}
