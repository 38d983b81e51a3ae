// Whether servers may be asked: they must have been made ready, and again after they were away.

/// Makes servers ready, each once until it is away.
actor Readiness {
  typealias Preparation = @Sendable (_ server: Int) async -> Attempt?

  private let prepare: Preparation
  private var ready: Set<Int> = []
  private var underWay: [Int: Task<Attempt?, Never>] = [:]

  /// - Parameter prepare: makes a server ready, and says what went wrong where it did.
  init(_ prepare: @escaping Preparation) { self.prepare = prepare }

  /// Makes a server ready where it is not.
  ///
  /// - Returns: what went wrong.
  func ensure(_ server: Int) async -> Attempt? {
    if ready.contains(server) { return nil }
    let task = underWay[server] ?? Task { [prepare] in await prepare(server) }
    underWay[server] = task
    let fault = await task.value
    underWay[server] = nil
    if fault == nil { ready.insert(server) }
    return fault
  }

  /// Says that a server was away, and may have come back with other weights.
  func wasAway(_ server: Int) { ready.remove(server) }
}
