package import JSONLines
package import Rubrics

/// What a judge says of one rollout: the object under `judge`.
package struct Judgement: RecordObject, Equatable, Sendable {
  package static let key = "judge"
  package static let tool = "srar-judge"

  /// How the judging ended.
  package enum Status: String, Sendable {
    case ok
    /// The judge gave no usable verdicts: the rollout is in no G_k, which is not the same as "nothing satisfied".
    case failed
    /// There was nothing to ask: no rubric, or an empty one.
    case skipped
  }

  package var status: Status
  /// One verdict per judged item at most; items without a verdict are missing.
  package var verdicts: [Verdict]
  package var model: String
  /// How many calls it took; 0 where it was replayed from a log.
  package var attempts: Int
  /// How long the calls took; nil for a judge that is part of the tool.
  package var latencyMilliseconds: Int?
  /// Where several voters judged.
  package var panel: PanelRecord?
  /// Why it failed.
  package var error: String?

  package init(
    status: Status, verdicts: [Verdict], model: String, attempts: Int,
    latencyMilliseconds: Int? = nil, panel: PanelRecord? = nil, error: String? = nil
  ) {
    self.status = status
    self.verdicts = verdicts
    self.model = model
    self.attempts = attempts
    self.latencyMilliseconds = latencyMilliseconds
    self.panel = panel
    self.error = error
  }

  package init(_ fields: Fields) throws {
    let name = try fields.string("status")
    guard let status = Status(rawValue: name) else {
      throw fields.invalid("status", "is \"\(name)\", which is not ok, failed or skipped")
    }
    self.status = status
    // A judge that judged says what; to take silence for "no verdicts" would invent them.
    let entries =
      status == .ok ? try fields.objects("verdicts") : try fields.objectsIfPresent("verdicts") ?? []
    verdicts = try entries.map(Verdict.init)
    model = try fields.stringIfPresent("model") ?? ""
    attempts = try fields.integerIfPresent("attempts") ?? 0
    latencyMilliseconds = try fields.integerIfPresent("latency_ms")
    panel = try PanelRecord(fields)
    error = try fields.stringIfPresent("error")
  }

  package func write(to json: inout JSONWriter) {
    json.object { judge in
      judge.member("status", status.rawValue)
      judge.member("verdicts", verdicts)
      judge.member("model", model)
      judge.member("attempts", attempts)
      judge.member(ifPresent: "latency_ms", latencyMilliseconds)
      panel?.writeMembers(to: &judge)
      judge.member(ifPresent: "error", error)
    }
  }
}

extension Fields {
  /// - Throws: where a member names a step in front of −1, which would have no meaning.
  func checkStep(_ key: String) throws(RecordError) {
    let step = try integer(key)
    guard step >= -1 else {
      throw invalid(
        key, "is \(step): steps count from 1, 0 is the whole solution, and -1 no step at all")
    }
  }
}

extension Verdict: JSONWritable {
  /// Reads `{"id":1,"satisfied":true,"step":2}`; types are strict, so that "false" is never true.
  package init(_ fields: Fields) throws {
    try fields.checkStep("step")
    self.init(
      id: try fields.integer("id"), isSatisfied: try fields.boolean("satisfied"),
      step: try fields.integer("step"))
  }

  package func write(to json: inout JSONWriter) {
    json.object { verdict in
      verdict.member("id", id)
      verdict.member("satisfied", isSatisfied)
      verdict.member("step", step)
    }
  }
}
