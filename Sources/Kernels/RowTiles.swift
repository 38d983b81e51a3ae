/// Parts of like size that work on many rows is cut into, one task each.
///
/// They depend on the count alone, so that results do not depend on how many threads there are.
package struct RowTiles: Sendable {
  private let rowCount: Int
  package let count: Int

  /// - Parameter width: about how many rows a part should have.
  package init(of rowCount: Int, width: Int) {
    self.rowCount = rowCount
    count = (rowCount + width - 1) / width
  }

  package subscript(_ index: Int) -> Range<Int> {
    index * rowCount / count..<(index + 1) * rowCount / count
  }
}
