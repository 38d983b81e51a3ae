import ArgumentParser
import PolicyGradient

/// The loss of a policy update. Defaults are the paper's, which are those of the authors' published script.
struct LossArguments: ParsableArguments {
  @Option(help: "How far below 1 the ratio of the policies may fall before it is clipped.")
  var clipRatioLow = 0.2

  @Option(help: "How far above 1 it may rise.")
  var clipRatioHigh = 0.28

  @Option(
    help: "For negative advantages the loss is at most so many times their size; 0 turns it off.")
  var dualClip = 10.0

  @Option(help: "How the tokens' losses become one number.")
  var lossReduction: LossReduction = .tokenMean

  @Option(
    help: ArgumentHelp(
      "The constant length that 'seq-mean-token-sum-norm' divides by.", valueName: "tokens"))
  var lengthScale: Double?

  @Option(help: "Weight of the KL penalty to the reference; 0 turns it off.")
  var klCoefficient = 0.0

  @Option(
    help:
      "The estimator of the penalty: k1, k2, k3 or abs; a '+' behind it takes the gradient of k2.")
  var klEstimator = KLPenalty(.k3)

  @Option(
    help: ArgumentHelp(
      "The frozen policy that the penalty is measured from.", valueName: "folder"),
    completion: .directory)
  var reference: String?

  @Option(help: "Weight of the entropy bonus; 0 turns it off.")
  var entropyCoefficient = 0.0

  @Option(
    help: ArgumentHelp(
      "Where the sampler's numbers differ from the trainer's: weigh tokens by min(old / sampler, cap).",
      valueName: "cap"))
  var importanceCap: Double?

  @Flag(help: "Leave tokens above '--importance-cap' out, instead of capping their weight.")
  var maskAboveCap = false

  mutating func validate() throws {
    guard (0..<1).contains(clipRatioLow) else {
      throw ValidationError("'--clip-ratio-low' must be in 0 ..< 1, but is \(clipRatioLow)")
    }
    guard clipRatioHigh >= 0 else {
      throw ValidationError("'--clip-ratio-high' must be at least 0, but is \(clipRatioHigh)")
    }
    guard dualClip == 0 || dualClip > 1 else {
      throw ValidationError("'--dual-clip' must be 0 or above 1, but is \(dualClip)")
    }
    if lossReduction == .sequenceMeanTokenSumNorm, lengthScale == nil {
      throw ValidationError("'--loss-reduction seq-mean-token-sum-norm' needs '--length-scale'")
    }
    if let lengthScale, !(lengthScale > 0) {
      throw ValidationError("'--length-scale' must be positive, but is \(lengthScale)")
    }
    if klCoefficient != 0 && reference == nil {
      throw ValidationError("'--kl-coefficient' needs '--reference'")
    }
    if maskAboveCap && importanceCap == nil {
      throw ValidationError("'--mask-above-cap' needs '--importance-cap'")
    }
    if let cap = importanceCap, !(cap > 0) {
      throw ValidationError("'--importance-cap' must be positive, but is \(cap)")
    }
  }

  var loss: PolicyLoss {
    PolicyLoss(
      objective: ClippedObjective(
        clipRatioLow: clipRatioLow, clipRatioHigh: clipRatioHigh,
        dualClip: dualClip == 0 ? nil : dualClip),
      reduction: lossReduction,
      klPenalty: klEstimator,
      klCoefficient: klCoefficient, entropyCoefficient: entropyCoefficient,
      rolloutCorrection: correction)
  }

  private var correction: RolloutCorrection {
    guard let importanceCap else { return .none }
    return maskAboveCap ? .masked(cap: importanceCap) : .truncated(cap: importanceCap)
  }
}

extension KLPenalty: ExpressibleByArgument {
  init?(argument: String) { self.init(named: argument) }

  var defaultValueDescription: String {
    estimator.rawValue + (hasStraightThroughGradient ? "+" : "")
  }
}

extension LossReduction: ExpressibleByArgument {}
