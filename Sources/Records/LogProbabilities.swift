// Log-probabilities of records: numbers, and null for a token of which nobody knows it.

extension Fields {
  /// Natural log-probabilities, nil where a record says null.
  ///
  /// - Throws: where an element is neither a number nor null, or is beyond what 32 bits hold.
  func logProbabilitiesIfPresent(_ key: String) throws(RecordError) -> [Float?]? {
    guard let values = try numbersOrNullsIfPresent(key) else { return nil }
    return try values.map { value throws(RecordError) in
      guard let value else { return nil }
      let narrow = Float(value)
      guard narrow.isFinite else {
        throw invalid(
          key, "holds \(value), which is no log-probability; null says that one is unknown")
      }
      return narrow
    }
  }
}

extension Rollout {
  /// What rounding may add to a log-probability of 0.
  package static let roundingOfZero: Float = 1e-4

  /// Checks that the log-probabilities can be those of something that was sampled.
  ///
  /// - Throws: where one is positive beyond rounding.
  package func checkLogProbabilities(of record: Record) throws(RecordError) {
    for (key, values) in [("logprobs", logProbabilities), ("raw_logprobs", rawLogProbabilities)] {
      guard let values,
        let token = values.firstIndex(where: { ($0 ?? 0) > Self.roundingOfZero })
      else { continue }
      throw RecordError.invalidValue(
        "rollout.\(key)",
        reason: """
          are natural logarithms of probabilities, at most 0, but that of token \(token) is \(values[token] ?? 0); \
          take them out, and srar-update computes its own
          """,
        record: record.id, record.position)
    }
  }
}
