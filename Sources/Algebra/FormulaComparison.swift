/// What came of comparing two formulas.
package enum FormulaVerdict: Equatable, Sendable {
  /// Canonical forms decide.
  case exact(Bool)
  /// Values at fixed points decide.
  case numeric(Bool)
  /// Neither can: beyond the budget, undefined, or with functions that have no known values.
  case undecided

  package var isEqual: Bool {
    switch self {
    case .exact(let isEqual), .numeric(let isEqual): isEqual
    case .undecided: false
    }
  }
}

/// Whether two formulas are equal: everywhere where both have values.
///
/// - Parameter budget: what it may cost; where that is spent the verdict is `undecided`.
package func compare(
  _ one: Formula, _ other: Formula, budget: inout OperationBudget
) -> FormulaVerdict {
  var isOpaque = false
  do throws(AlgebraError) {
    if let a = try one.rational(within: &budget), let b = try other.rational(within: &budget) {
      return .exact(a == b)
    }
    var simplifier = Simplifier(budget: budget)
    defer { budget = simplifier.budget }
    let (a, b) = (try simplifier.form(of: one), try simplifier.form(of: other))
    if try simplifier.areEqual(a, b) { return .exact(true) }
    if simplifier.hasIndependentKernels { return .exact(false) }
    isOpaque = !simplifier.hasUnevaluatedKernels
  } catch .undefined {
    return .undecided
  } catch {
    isOpaque = false
  }
  switch compareValues(one, other, budget: &budget) {
  case .undecided where isOpaque: return .exact(false)
  case let verdict: return verdict
  }
}

/// Whether one formula is a constant multiple of the other, as the two sides of an equation may be; `isPositive` asks for a
/// positive factor.
package func areProportional(
  _ one: Formula, _ other: Formula, isPositive: Bool, budget: inout OperationBudget
) -> FormulaVerdict {
  let points = samplePoints(for: one.symbols.union(other.symbols))
  let cost = (one.size + other.size) / 4
  var ratio: Enclosure?
  var agreements = 0
  let isComplex = one.isComplex || other.isComplex
  for point in points {
    guard (try? budget.spend(cost)) != nil else { return .undecided }
    guard let a = one.value(at: point, isComplex: isComplex),
      let b = other.value(at: point, isComplex: isComplex), a.isFinite, b.isFinite
    else { continue }
    guard let inverse = b.inverse else {
      if a.size > a.radius * 4 { return .numeric(false) }
      continue
    }
    let next = a * inverse
    if isPositive && next.re <= 0 { return .numeric(false) }
    guard next.size > next.radius else { return .numeric(false) }
    if let ratio, let differs = differ(ratio, next) {
      if differs { return .numeric(false) }
      agreements += 1
    }
    ratio = ratio ?? next
  }
  return agreements >= 2 ? .numeric(true) : .undecided
}

extension Formula {
  var isComplex: Bool { contains { $0 == .constant(.imaginary) } }

  /// Its value where it has no variables and is real, and a bound of its error; nil elsewhere.
  package var realValue: (value: Double, error: Double)? {
    if let rational {
      let value = rational.approximation
      return (value, abs(value) * 1e-15)
    }
    guard let value = value(at: [:], isComplex: isComplex), value.isReal, value.isFinite else {
      return nil
    }
    return (value.re, value.radius)
  }
}

/// Compares by values at fixed points.
private func compareValues(
  _ one: Formula, _ other: Formula, budget: inout OperationBudget
) -> FormulaVerdict {
  let cost = (one.size + other.size) / 4
  let symbols = one.symbols.union(other.symbols)
  let isComplex = one.isComplex || other.isComplex
  var agreements = 0
  for point in samplePoints(for: symbols) {
    guard (try? budget.spend(cost)) != nil else { return .undecided }
    guard let a = one.value(at: point, isComplex: isComplex),
      let b = other.value(at: point, isComplex: isComplex), a.isFinite, b.isFinite,
      let differs = differ(a, b)
    else { continue }
    if differs { return .numeric(false) }
    agreements += 1
  }
  let needed = symbols.isEmpty ? 1 : 3
  return agreements >= needed ? .numeric(true) : .undecided
}

/// Whether two values differ; nil where their errors are too large to tell.
private func differ(_ a: Enclosure, _ b: Enclosure) -> Bool? {
  let difference = (a - b)
  if difference.size > difference.radius * 2 { return true }
  // Agreement within a wide error says nothing.
  let size = max(a.size, b.size)
  return difference.radius <= size * 1e-9 || (size < 1e-9 && difference.radius < 1e-12)
    ? false : nil
}

/// Points with positive values first, then with both signs; irrational-looking, most of moderate size and two larger.
private func samplePoints(for symbols: Set<String>) -> [[String: Double]] {
  if symbols.isEmpty { return [[:]] }
  let names = symbols.sorted()
  return (0..<10).map { index in
    var point: [String: Double] = [:]
    for (place, name) in names.enumerated() {
      // Multiples of the golden ratio spread evenly over 0.3 … 2.8.
      let step = (Double(index * 7 + place * 3 + 1) * 0.618_033_988_749_894_9)
      let value = (0.3 + 2.5 * (step - step.rounded(.down))) * (index % 5 == 4 ? 7 : 1)
      let isNegative = index >= 5 && (index + place) % 2 == 1
      point[name] = isNegative ? -value : value
    }
    return point
  }
}

extension Simplifier {
  /// Whether there are no relations among the kernels beyond those that are applied, so that different forms are different.
  var hasIndependentKernels: Bool {
    kernels.allSatisfy { kernel in
      switch kernel {
      case .prime, .variable, .pi, .imaginary, .infinity: true
      case .e: kernels.count == 1
      case .compound, .exponential, .function: false
      }
    }
  }

  /// Whether there are sums, integrals or limits, of which nothing is known but how they are written.
  var hasUnevaluatedKernels: Bool {
    kernels.contains { kernel in
      guard case .function(let name, _) = kernel else { return false }
      return ["sum", "prod", "int", "lim"].contains(name)
    }
  }
}
