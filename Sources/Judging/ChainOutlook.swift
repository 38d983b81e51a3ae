/// What the links of a chain a = b = c come to, found in one pass over them, so that a chain of a hundred thousand takes no longer for each
/// link than one of three.
package struct ChainOutlook: Equatable, Sendable {
  /// The last link whose right side calculates nothing, which says what every link up to it comes to; nil where there is none.
  package private(set) var lastPlain: Int?
  /// The first link from which on all hold, itself included; the number of links where the last does not hold.
  package private(set) var firstHolding: Int

  /// - Parameters:
  ///   - isPlain: whether the right side of a link, from 0, calculates nothing.
  ///   - holds: whether exact arithmetic has nothing against a link.
  package init(count: Int, isPlain: (Int) -> Bool, holds: (Int) -> Bool) {
    lastPlain = (0..<count).last(where: isPlain)
    firstHolding = ((0..<count).last { !holds($0) } ?? -1) + 1
  }
}
