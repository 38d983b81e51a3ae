import RandomStreams

/// One of several parts of a stream, by the problems' identities: groups stay whole, and the parts together are the stream.
package struct Shard: Equatable, Sendable, CustomStringConvertible {
  /// From 1 to `count`.
  package let number: Int
  package let count: Int

  /// - Returns: nil where there is no such part.
  package init?(number: Int, of count: Int) {
    guard count > 0, (1...count).contains(number) else { return nil }
    self.number = number
    self.count = count
  }

  /// The part that an option names, such as `2/8`.
  package init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]) else {
      return nil
    }
    self.init(number: number, of: count)
  }

  /// Whether a problem belongs to the part. What has no identity, such as a line that cannot be read, belongs to the first, so that it
  /// is told once.
  package func contains(id: String?) -> Bool {
    guard let id else { return number == 1 }
    var draw = RandomStream(seed: 0, "shard", id)
    return draw.integer(in: 0..<count) == number - 1
  }

  package var description: String { "\(number)/\(count)" }
}
