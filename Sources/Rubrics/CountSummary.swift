/// Mean, deviation and range of whole numbers, gathered one by one. The sums are exact.
package struct CountSummary: Equatable, Sendable {
  /// How many numbers there are.
  package private(set) var count = 0
  /// 0 where there are none.
  package private(set) var minimum = 0
  package private(set) var maximum = 0
  /// How many of them are 0.
  package private(set) var zeroCount = 0
  package private(set) var sum = 0
  private var squareSum = 0

  package init() {}

  package mutating func add(_ number: Int) {
    minimum = count == 0 ? number : min(minimum, number)
    maximum = count == 0 ? number : max(maximum, number)
    count += 1
    sum += number
    squareSum += number * number
    if number == 0 { zeroCount += 1 }
  }

  /// nil where there are none.
  package var mean: Double? { count > 0 ? Double(sum) / Double(count) : nil }

  /// The sample standard deviation (divided by n − 1); nil for fewer than two numbers.
  package var sampleDeviation: Double? {
    guard count > 1 else { return nil }
    let scatter = Double(count * squareSum - sum * sum) / Double(count)
    return (scatter / Double(count - 1)).squareRoot()
  }
}
