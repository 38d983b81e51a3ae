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
