// Whether refusals concern single requests or all of them.

/// Decides what refusals whose reason nobody can tell (most with status 400) mean.
///
/// As long as no request has had a reply, each may be of that request alone or of all. The first reply, or a reply in a log,
/// settles that they were of those requests. Where the first twenty are refused, and all that were under way by then end without
/// a reply, all are meant.
package struct RefusalWatch {
  /// So many refusals are no chance, as long as nothing else came.
  package static let limit = 20

  private var nextNumber = 0
  private var underWay: Set<Int> = []
  private var refusedCount = 0
  /// Those that were under way at the limit; nil before.
  private var awaited: Set<Int>?
  /// Whether a request has had a reply.
  package private(set) var hasReply = false

  package init() {}

  /// Whether the first requests were all refused.
  package var isHopeless: Bool { !hasReply && awaited?.isEmpty == true }

  /// Notes that a request begins.
  ///
  /// - Returns: the number to end it by.
  package mutating func begin() -> Int {
    nextNumber += 1
    underWay.insert(nextNumber)
    return nextNumber
  }

  /// Notes a reply, whatever it says.
  package mutating func noteReply() { hasReply = true }

  package mutating func end(_ number: Int, isRefused: Bool) {
    underWay.remove(number)
    awaited?.remove(number)
    guard isRefused else { return }
    refusedCount += 1
    if refusedCount == Self.limit { awaited = underWay }
  }
}
