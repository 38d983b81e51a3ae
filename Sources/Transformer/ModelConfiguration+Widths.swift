internal import Checkpoints

extension ModelConfiguration {
  /// Width of a token's queries of all heads.
  var queryWidth: Int { headCount * headDimension }
  /// Heads of queries, keys and values together.
  var queryKeyValueHeadCount: Int { headCount + 2 * keyValueHeadCount }
  /// Width of a token's queries, keys and values together.
  var queryKeyValueWidth: Int { queryKeyValueHeadCount * headDimension }
  /// Numbers of the rotary table.
  var rotaryElementCount: Int { maximumPositionCount * headDimension }
  /// Numbers of all matrices. In floating point, since the whole numbers of a hostile file may overflow.
  var matrixElementCount: Double {
    projectionElementCount
      + (tiesEmbeddings ? 0 : 1) * Double(vocabularySize) * Double(hiddenSize)
  }
  /// Numbers of the matrices that rows are multiplied by: all but an embedding that is not the head too.
  var projectionElementCount: Double {
    Double(layerCount) * Double(hiddenSize)
      * (Double(queryKeyValueWidth + queryWidth) + 3 * Double(intermediateSize))
      + Double(vocabularySize) * Double(hiddenSize)
  }
}
