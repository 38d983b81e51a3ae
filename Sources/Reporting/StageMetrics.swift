import JSONLines
import Records

/// What the tools of one training step counted and measured: the last line of each in the step's `metrics.jsonl`.
package struct StageMetrics: Equatable, Sendable {
  /// One tool's last line.
  package struct Stage: Equatable, Sendable {
    /// Such as "srar-judge".
    package let tool: String
    /// How long it ran.
    package let seconds: Double
    /// Its numbers by name.
    package let numbers: [String: Double]
  }

  /// In the order in which the tools first appear.
  package private(set) var stages: [Stage] = []

  package init() {}

  /// - Parameter notes: is told of lines that cannot be read; a killed tool may have left half a line.
  package init(path: String, notes: (String) -> Void) throws {
    var unusable: [String] = []
    let reader = RecordReader(
      paths: [path], maximumLineBytes: 16 << 20,
      faults: .passOver { unusable.append($0.description) }, zeroBytes: .accepted)
    while let record = try reader.next() {
      guard let tool = try record.fields.stringIfPresent("tool") else { continue }
      var numbers: [String: Double] = [:]
      for (key, value) in record.fields.value.members ?? [] { numbers[key] = value.double }
      let stage = Stage(
        tool: tool, seconds: try record.fields.doubleIfPresent("seconds") ?? 0, numbers: numbers)
      if let index = stages.firstIndex(where: { $0.tool == tool }) {
        stages[index] = stage
      } else {
        stages.append(stage)
      }
    }
    unusable.forEach(notes)
  }

  package subscript(tool: String) -> Stage? { stages.first { $0.tool == tool } }

  /// Whether dynamic sampling left out groups, so that the advantages' stream holds not all rollouts.
  package var droppedGroups: Bool {
    guard let numbers = self["srar-advantage"]?.numbers, let groups = numbers["groups"],
      let kept = numbers["groups_kept"]
    else { return false }
    return kept < groups
  }

  /// The numbers of training that a report shows, in the order of a table.
  package var measures: [Measure] {
    let update = self["srar-update"]?.numbers ?? [:]
    let advantage = self["srar-advantage"]?.numbers ?? [:]
    let kept = advantage["groups"].flatMap { groups in
      advantage["groups_kept"].flatMap { groups == 0 ? nil : $0 / groups }
    }
    // Whoever trained no token and says 0 all the same has measured nothing.
    func mean(_ name: String) -> Double? { update["trained_tokens"] == 0 ? nil : update[name] }
    return [
      Measure("groups_kept", "groups kept", .share, kept),
      Measure("entropy", "entropy", .number, mean("entropy")),
      Measure("clip_fraction", "clipped tokens", .share, mean("clip_fraction")),
      Measure("gradient_norm", "gradient norm", .number, mean("gradient_norm")),
      Measure("approximate_kl", "approximate KL", .number, mean("approximate_kl")),
      Measure(
        "sampler_difference", "sampler and trainer apart", .number, update["sampler_difference"]),
      Measure("policy_loss", "policy loss", .number, mean("policy_loss")),
      Measure("learning_rate", "learning rate", .number, update["learning_rate"]),
    ]
      + stages.map { stage in
        Measure(
          "seconds_" + stageName(stage.tool),
          "seconds: \(stageName(stage.tool).replacing("_", with: " "))", .seconds,
          stage.seconds)
      }
  }
}

/// A stage's name in measures: "srar-judge steps" is "judge_steps".
package func stageName(_ tool: String) -> String {
  (tool.hasPrefix("srar-") ? String(tool.dropFirst(5)) : tool).replacing(" ", with: "_")
}
