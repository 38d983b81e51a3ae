package import JSONLines

/// How the responses of a stream were sampled: every combination of settings in it, once, whatever the seed.
package struct SamplingSettings: Equatable, Sendable, JSONWritable {
  /// One setting that two streams differ in.
  package struct Difference: Equatable, Sendable {
    /// Its name in records: "temperature".
    package let name: String
    /// Its values, as text: "0", or "0, 0.7" where one stream has several.
    package let values: [String]

    /// "temperature 0 / 0.7".
    package var description: String {
      "\(name.replacing("_", with: " ")) \(values.joined(separator: " / "))"
    }
  }

  /// Each with the seed 0.
  package private(set) var descriptions: [SamplingDescription] = []
  /// The names of the models, in order of appearance.
  package private(set) var models: [String] = []

  package init() {}

  /// Whether no rollout says how it was sampled.
  package var isUnknown: Bool { descriptions.isEmpty }

  /// Adds those of a rollout; one that says nothing adds nothing.
  package mutating func add(_ sampling: SamplingDescription?, model: String?) {
    if let model, !models.contains(model) { models.append(model) }
    guard var sampling else { return }
    sampling.seed = 0
    if !descriptions.contains(sampling) { descriptions.append(sampling) }
  }

  /// Adds those of the object `rollout` of a record.
  package mutating func add(_ rollout: Fields) throws {
    add(
      rollout.has("sampling") ? try SamplingDescription(rollout.object("sampling")) : nil,
      model: try rollout.stringIfPresent("model"))
  }

  /// Adds those of other rollouts.
  package mutating func add(_ others: SamplingSettings) {
    for model in others.models { add(nil, model: model) }
    for sampling in others.descriptions { add(sampling, model: nil) }
  }

  /// The settings that are not the same in all streams, models aside; those of streams that say nothing count for none.
  package static func differences(between streams: [SamplingSettings]) -> [Difference] {
    let known = streams.filter { !$0.isUnknown }
    guard let first = known.first else { return [] }
    return settingNames.compactMap { name, _ in
      let own = first.values(name)
      guard known.contains(where: { $0.values(name) != own }) else { return nil }
      return Difference(
        name: name,
        values: streams.map { $0.isUnknown ? "–" : $0.values(name).joined(separator: ", ") })
    }
  }

  /// The value of a setting in every combination, each once, in a fixed order.
  private func values(_ name: String) -> [String] {
    guard let value = settingNames.first(where: { $0.name == name })?.value else { return [] }
    return Set(descriptions.map { value($0.effective) }).sorted()
  }

  /// All settings that do something, for people: "temperature 0.7, top p 0.8, max response tokens 200"; nil where nothing is known.
  package var description: String? {
    guard !isUnknown else { return nil }
    return settingNames.compactMap { name, _ in
      let values = values(name)
      if values == values.filter({ $0 == neutral[name] }) { return nil }
      return "\(name.replacing("_", with: " ")) \(values.joined(separator: " or "))"
    }.joined(separator: ", ")
  }

  package func write(to json: inout JSONWriter) {
    json.object { object in
      object.member("models", models)
      object.member("settings", descriptions)
    }
  }

  /// The settings that `write(to:)` wrote.
  package init(_ fields: Fields) throws {
    models = try fields.stringsIfPresent("models") ?? []
    for settings in try fields.objectsIfPresent("settings") ?? [] {
      add(try SamplingDescription(settings), model: nil)
    }
  }
}

extension SamplingDescription {
  /// The same sampling without settings that do nothing: whoever takes the likeliest token leaves none out.
  fileprivate var effective: SamplingDescription {
    guard temperature == 0 else { return self }
    var greedy = self
    (greedy.topP, greedy.topK, greedy.minP) = (1, 0, 0)
    return greedy
  }
}

/// The settings that change what is sampled, with their values as text.
private let settingNames: [(name: String, value: @Sendable (SamplingDescription) -> String)] = [
  ("temperature", { number($0.temperature) }),
  ("top_p", { number($0.topP) }),
  ("top_k", { "\($0.topK)" }),
  ("min_p", { number($0.minP) }),
  ("presence_penalty", { number($0.presencePenalty) }),
  ("frequency_penalty", { number($0.frequencyPenalty) }),
  ("repetition_penalty", { number($0.repetitionPenalty) }),
  ("stop", { $0.stop.isEmpty ? "none" : $0.stop.map { "\"\($0)\"" }.joined(separator: " ") }),
  ("max_response_tokens", { "\($0.maxResponseTokens)" }),
  ("compute", { $0.compute ?? "f32" }),
]

/// The values that do nothing.
private let neutral = [
  "top_p": "1", "top_k": "0", "min_p": "0", "presence_penalty": "0", "frequency_penalty": "0",
  "repetition_penalty": "1", "stop": "none", "compute": "f32",
]

/// "0.7", "1": a whole number has no point.
private func number(_ value: Double) -> String {
  Int(exactly: value).map(String.init) ?? "\(value)"
}
