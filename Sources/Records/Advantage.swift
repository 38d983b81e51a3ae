package import JSONLines

/// What `srar-advantage` says of one rollout: the object under `advantage`.
package struct Advantage: RecordObject, Equatable, Sendable {
  package static let key = "advantage"
  package static let tool = "srar-advantage"

  /// The offset of one step's tokens.
  package struct StepOffset: Equatable, Sendable {
    /// The step's number, from 1; 0 stands for the whole response.
    package let step: Int
    /// The response tokens that get it, half-open; nil where the response has no tokens.
    package let tokens: Range<Int>?
    /// The bytes that get it, half-open; written where there are no tokens.
    package let bytes: Range<Int>?
    package let value: Double

    package init(step: Int, tokens: Range<Int>?, bytes: Range<Int>?, value: Double) {
      self.step = step
      self.tokens = tokens
      self.bytes = bytes
      self.value = value
    }
  }

  package var estimator: String
  /// What every token of the response gets.
  package var outcome: Double
  /// What the tokens of a step get on top.
  package var offsets: [StepOffset]
  /// One advantage per response token, where asked for.
  package var tokens: [Double]?

  /// Checks that every offset has its own tokens.
  ///
  /// - Throws: where one says neither its tokens nor its bytes, a step has two, or two reach the same tokens or bytes. Those of step 0
  ///   reach the whole response, and several of them add up.
  package func checkOffsets(of record: Record) throws(RecordError) {
    func invalid(_ index: Int, _ reason: String) -> RecordError {
      .invalidValue(
        "advantage.offsets[\(index)]", reason: reason, record: record.id, record.position)
    }
    var steps: Set<Int> = []
    for (index, offset) in offsets.enumerated() {
      guard offset.tokens != nil || offset.bytes != nil else {
        throw invalid(index, "has neither \"tokens\" nor \"bytes\", so that nothing would get it")
      }
      guard offset.step != 0 else { continue }
      guard steps.insert(offset.step).inserted else {
        throw invalid(index, "is of step \(offset.step), as one before it is; give each step one")
      }
    }
    for span in [\StepOffset.tokens, \.bytes] {
      let places = offsets.enumerated().compactMap { index, offset in
        offset.step == 0 ? nil : offset[keyPath: span].map { (index, range: $0) }
      }.filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
      for (one, other) in zip(places, places.dropFirst()) where one.range.overlaps(other.range) {
        throw invalid(
          other.0, "reaches what \"advantage.offsets[\(one.0)]\" does; steps do not overlap")
      }
    }
  }

  package init(
    estimator: String, outcome: Double, offsets: [StepOffset], tokens: [Double]? = nil
  ) {
    self.estimator = estimator
    self.outcome = outcome
    self.offsets = offsets
    self.tokens = tokens
  }

  package init(_ fields: Fields) throws {
    estimator = try fields.string("estimator")
    outcome = try fields.double("outcome")
    offsets = try fields.objects("offsets").map { offset in
      StepOffset(
        step: try offset.integer("step"), tokens: try offset.rangeIfPresent("tokens"),
        bytes: try offset.rangeIfPresent("bytes"), value: try offset.double("value"))
    }
    tokens = try fields.doublesIfPresent("tokens")
  }

  package func write(to json: inout JSONWriter) {
    json.object { advantage in
      advantage.member("estimator", estimator)
      advantage.member("outcome", outcome)
      advantage.member("offsets", offsets)
      advantage.member(ifPresent: "tokens", tokens)
    }
  }
}

extension Advantage.StepOffset: JSONWritable {
  package func write(to json: inout JSONWriter) {
    json.object { offset in
      offset.member("step", step)
      if let tokens {
        offset.member("tokens", tokens)
      } else {
        offset.member(ifPresent: "bytes", bytes)
      }
      offset.member("value", value)
    }
  }
}
