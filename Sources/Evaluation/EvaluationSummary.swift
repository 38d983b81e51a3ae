/// What per-problem results say of a policy, each with its interval over problems.
package struct EvaluationSummary: Equatable, Sendable {
  /// One number.
  package struct Line: Equatable, Sendable {
    /// Its name in JSON, such as "pass@8".
    package let name: String
    package let estimate: Estimate
    /// Over how many problems: those with fewer than k samples have no value.
    package let problems: Int
  }

  package let problems: Int
  package let samples: Int
  package let lines: [Line]

  package init(_ results: [ProblemResult], options: BootstrapOptions) {
    problems = results.count
    samples = results.reduce(0) { $0 + $1.samples }
    var lines: [Line] = []
    func add(_ name: String, _ values: [Double]) {
      guard let estimate = bootstrapMean(values, options: options) else { return }
      lines.append(Line(name: name, estimate: estimate, problems: values.count))
    }
    let counts = Set(results.map(\.samples)).sorted()
    // Avg@k names the number of samples; where it differs between problems, it is a mean of means.
    add(counts.count == 1 ? "avg@\(counts[0])" : "avg", results.map(\.accuracy))
    for k in Set(results.flatMap { $0.pass.map(\.k) }).sorted() {
      add("pass@\(k)", results.compactMap { $0.pass.first { $0.k == k }?.value })
    }
    for k in Set(results.flatMap { $0.majority.map(\.k) }).sorted() where k > 1 {
      add("maj@\(k)", results.compactMap { $0.majority.first { $0.k == k }?.value })
    }
    add("faithful", results.compactMap(\.faithfulShare))
    self.lines = lines
  }
}
