import Diagnostics
import Filters
import JSONLines
import PolicyGradient

/// What an update did, over all its optimizer steps.
struct UpdateSummary {
  private(set) var stepCount = 0
  private let samples: TrainingSamples
  private let temperature: Double

  /// - Parameter temperature: what the update takes log-probabilities at.
  init(samples: TrainingSamples, temperature: Double) {
    self.samples = samples
    self.temperature = temperature
  }

  mutating func add(_ report: PolicyUpdate.Report) {
    stepCount += report.step == nil ? 0 : 1
  }

  /// Notes the metrics, the means weighted by trained tokens; means over no token are left out.
  func report(_ reports: [PolicyUpdate.Report], to run: ToolRun, output: String) {
    var sums = PolicyLossSums()
    for report in reports { sums.add(report.sums) }
    let batches = Double(max(reports.count, 1))
    let steps = reports.compactMap(\.step)
    let norm =
      steps.isEmpty ? nil : steps.reduce(0.0) { $0 + $1.gradientNorm } / Double(steps.count)
    /// A mean over trained tokens; nil where there are none.
    func mean(_ value: Double) -> Double? { sums.tokenCount == 0 ? nil : value }
    run.metrics["rollouts"] = samples.samples.count
    run.metrics["trained_rollouts"] = reports.reduce(0) { $0 + $1.trainedRolloutCount }
    run.metrics["response_tokens"] = reports.reduce(0) { $0 + $1.responseTokenCount }
    run.metrics["trained_tokens"] = sums.tokenCount
    run.metrics["computed_tokens"] = reports.reduce(0) { $0 + $1.computedTokenCount }
    run.metrics["optimizer_steps"] = steps.count
    run.metrics["optimizer_step"] = steps.last?.number
    run.metrics["learning_rate"] = steps.last?.learningRate
    run.metrics["loss"] = mean(sums.loss / batches)
    run.metrics["policy_loss"] = mean(sums.policyLoss / batches)
    run.metrics["kl_loss"] = mean(sums.klLoss / batches)
    run.metrics["entropy"] = mean(sums.meanEntropy)
    run.metrics["clip_fraction"] = mean(sums.clipFraction)
    run.metrics["lower_clip_fraction"] = mean(sums.lowerClipFraction)
    run.metrics["approximate_kl"] = mean(sums.approximateKL)
    run.metrics["importance_ratio"] = mean(sums.meanImportanceRatio)
    run.metrics["rollout_weight"] = mean(sums.meanRolloutWeight)
    // Later mini-batches are of a policy that has moved.
    run.metrics["sampler_difference"] = reports.first?.sums.meanSamplerDifference
    run.metrics["sampler_kl"] = reports.first?.sums.meanSamplerKL
    run.metrics["gradient_norm"] = norm
    warnOfSampler(reports, run)
    run.summarize(
      "\(output): \(counted(steps.count, "optimizer step")) on \(counted(samples.samples.count, "rollout")), "
        + (norm.map {
          "gradient norm \(rounded($0)), entropy \(rounded(sums.meanEntropy)), "
            + "clipped \(rounded(sums.clipFraction * 100)) %"
        } ?? "no token with anything to learn"))
  }

  /// A larger mean of |Δ log p| than any engine's rounding or a few steps of training leave.
  private static let suspiciousSamplerDifference = 0.05

  private func warnOfSampler(_ reports: [PolicyUpdate.Report], _ run: ToolRun) {
    guard samples.areComparable(at: temperature),
      let difference = reports.first?.sums.meanSamplerDifference,
      difference > Self.suspiciousSamplerDifference
    else { return }
    run.note(
      """
      the log-probabilities that the rollouts bring are \(rounded(difference)) off this policy's on average: was it another policy, \
      or a server that has not loaded this one, that sampled them?
      """)
  }

  private func rounded(_ value: Double) -> String { ((value * 1000).rounded() / 1000).description }
}
