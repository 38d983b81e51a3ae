/// Responses as they come, handed on in the order and the portions in which they were asked for.
struct OrderedDeliveries {
  /// Requests that were expected so far.
  private(set) var requestCount = 0
  /// Responses that have not been handed on.
  private(set) var outstandingCount = 0
  /// Responses that were handed on, the index of the first that was not.
  private var firstIndex = 0
  private var portions: ArraySlice<Int> = []
  /// From `firstIndex` on.
  private var responses: ArraySlice<GenerationResponse?> = []

  /// Expects the responses of a portion.
  mutating func expect(_ count: Int) {
    requestCount += count
    outstandingCount += count
    portions.append(count)
    responses += Array(repeating: nil, count: count)
  }

  mutating func note(_ index: Int, _ response: GenerationResponse) {
    responses[responses.startIndex + index - firstIndex] = response
  }

  /// The next portion, where it is whole.
  mutating func next() -> [GenerationResponse]? {
    guard let count = portions.first else { return nil }
    let portion = responses.prefix(count).compactMap { $0 }
    guard portion.count == count else { return nil }
    portions.removeFirst()
    responses.removeFirst(count)
    firstIndex += count
    outstandingCount -= count
    return portion
  }
}
