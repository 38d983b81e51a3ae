import Foundation

/// What one thread hands to another, in order, so many at most at a time.
final class Handover<Element>: @unchecked Sendable {
  // Guards everything below.
  private let condition = NSCondition()
  private var elements: [Element] = []
  private var ending: Result<Void, any Error>?
  private var isAbandoned = false
  private let capacity: Int

  /// Why nothing is taken any more.
  struct Abandoned: Error {}

  init(capacity: Int) { self.capacity = max(capacity, 1) }

  /// Hands an element over, when there is room.
  ///
  /// - Throws: `Abandoned` when the other side has ended.
  func put(_ element: Element) throws {
    condition.lock()
    defer { condition.unlock() }
    while elements.count >= capacity, !isAbandoned { condition.wait() }
    if isAbandoned { throw Abandoned() }
    elements.append(element)
    condition.broadcast()
  }

  /// Says that nothing more comes, or why.
  func end(_ result: Result<Void, any Error>) {
    condition.lock()
    defer { condition.unlock() }
    ending = result
    condition.broadcast()
  }

  /// Says that nothing more is taken, and gives what was not.
  func abandon() -> [Element] {
    condition.lock()
    defer { condition.unlock() }
    isAbandoned = true
    condition.broadcast()
    defer { elements = [] }
    return elements
  }

  /// The next element, when it is there; nil at the end.
  ///
  /// - Parameter idle: called once where nothing comes for a quarter of a second.
  /// - Throws: what the other side has ended with.
  func next(_ idle: () throws -> Void) throws -> Element? {
    condition.lock()
    defer { condition.unlock() }
    var deadline: Date? = Date(timeIntervalSinceNow: 0.25)
    while elements.isEmpty, ending == nil {
      guard let limit = deadline else {
        condition.wait()
        continue
      }
      guard !condition.wait(until: limit) else { continue }
      deadline = nil
      condition.unlock()
      defer { condition.lock() }
      try idle()
    }
    guard !elements.isEmpty else {
      try ending?.get()
      return nil
    }
    let element = elements.removeFirst()
    condition.broadcast()
    return element
  }
}
