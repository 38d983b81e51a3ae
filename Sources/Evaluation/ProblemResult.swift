package import JSONLines
package import Records

/// What a policy made of one problem: the object under `evaluation`.
package struct ProblemResult: RecordObject, Equatable, Sendable {
  package static let key = "evaluation"
  package static let tool = "srar-report evaluate"

  /// A value for one k.
  package struct AtK: Equatable, Sendable {
    package let k: Int
    package let value: Double
  }

  /// An answer and how many samples gave it.
  package struct Vote: Equatable, Sendable {
    package let answer: String
    package let count: Int
    package let isCorrect: Bool
  }

  package var samples: Int
  package var correct: Int
  /// Samples whose steps were checked, and those of them with a right answer and all steps right.
  package var checked: Int
  package var faithful: Int
  package var pass: [AtK]
  package var majority: [AtK]
  package var answers: [Vote]
  /// How the samples were drawn, as far as they say.
  package var sampling: SamplingSettings

  /// - Parameter ks: those above the number of samples are left out.
  package init(
    votes: AnswerVotes, checked: Int, faithful: Int, ks: [Int],
    sampling: SamplingSettings = SamplingSettings()
  ) {
    self.sampling = sampling
    samples = votes.samples
    correct = votes.correct
    self.checked = checked
    self.faithful = faithful
    pass = ks.compactMap { k in
      passAtK(correct: votes.correct, samples: votes.samples, k: k).map { AtK(k: k, value: $0) }
    }
    majority = ks.compactMap { k in
      votes.majority(atK: k).map { AtK(k: k, value: $0) }
    }
    answers = votes.answers.map {
      Vote(answer: $0.text, count: $0.count, isCorrect: $0.isCorrect)
    }
  }

  package init(_ fields: Fields) throws {
    samples = try fields.integer("samples")
    correct = try fields.integer("correct")
    guard samples > 0, (0...samples).contains(correct) else {
      throw fields.invalid("correct", "is \(correct) of \(samples) samples")
    }
    checked = try fields.integerIfPresent("checked") ?? 0
    faithful = try fields.integerIfPresent("faithful") ?? 0
    pass = try fields.objects("pass").map(AtK.init)
    majority = try fields.objects("majority").map(AtK.init)
    answers = try (fields.objectsIfPresent("answers") ?? []).map(Vote.init)
    sampling =
      fields.has("sampling")
      ? try SamplingSettings(fields.object("sampling")) : SamplingSettings()
  }

  package func write(to json: inout JSONWriter) {
    json.object { object in
      object.member("samples", samples)
      object.member("correct", correct)
      object.member("accuracy", accuracy)
      object.member("checked", checked)
      object.member("faithful", faithful)
      object.member("pass", pass)
      object.member("majority", majority)
      object.member("answers", answers)
      if !sampling.isUnknown { object.member("sampling", sampling) }
    }
  }

  /// The share of right samples: Avg@n of this problem.
  package var accuracy: Double { Double(correct) / Double(samples) }

  /// The share of faithful samples; nil where no steps were checked.
  package var faithfulShare: Double? { checked == 0 ? nil : Double(faithful) / Double(checked) }
}

extension ProblemResult.AtK: JSONWritable {
  init(_ fields: Fields) throws {
    k = try fields.integer("k")
    value = try fields.double("value")
  }

  package func write(to json: inout JSONWriter) {
    json.object { object in
      object.member("k", k)
      object.member("value", value)
    }
  }
}

extension ProblemResult.Vote: JSONWritable {
  init(_ fields: Fields) throws {
    answer = try fields.string("answer")
    count = try fields.integer("count")
    isCorrect = try fields.boolean("correct")
  }

  package func write(to json: inout JSONWriter) {
    json.object { object in
      object.member("answer", answer)
      object.member("count", count)
      object.member("correct", isCorrect)
    }
  }
}
