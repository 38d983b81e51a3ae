internal import Checkpoints
internal import Foundation

extension ModelConfiguration {
  /// The angle per position of each pair of a head: θ^(−2i/d), or what the variant makes of it.
  var rotaryFrequencies: [Double] {
    let width = Double(headDimension)
    let plain = (0..<headDimension / 2).map { pow(ropeTheta, -2 * Double($0) / width) }
    switch ropeScaling {
    case nil:
      return plain
    case .linear(let factor):
      return plain.map { $0 / factor }
    case .llama3(let factor, let low, let high, let count):
      return plain.map { frequency in
        // Turns within the original length; few of them: stretched, many: kept.
        let turns = Double(count) * frequency / (2 * .pi)
        let kept = min(max((turns - low) / (high - low), 0), 1)
        return (1 - kept) * frequency / factor + kept * frequency
      }
    case .yarn(let yarn):
      return yarnFrequencies(plain, yarn)
    }
  }

  private func yarnFrequencies(_ plain: [Double], _ yarn: RopeScaling.YaRN) -> [Double] {
    /// The pair, as a fraction, that turns so often within the original length.
    func pair(turns: Double) -> Double {
      let length = Double(yarn.originalPositionCount) / (turns * 2 * .pi)
      return Double(headDimension) * log(length) / (2 * log(ropeTheta))
    }
    var first = pair(turns: yarn.fastTurns)
    var last = pair(turns: yarn.slowTurns)
    if yarn.roundsBounds { (first, last) = (first.rounded(.down), last.rounded(.up)) }
    first = max(first, 0)
    last = min(last, Double(headDimension - 1))
    // Without a range between the bounds the ramp is a step.
    if first == last { last += 0.001 }
    return plain.enumerated().map { index, frequency in
      let stretched = min(max((Double(index) - first) / (last - first), 0), 1)
      return stretched * frequency / yarn.factor + (1 - stretched) * frequency
    }
  }
}

extension RopeScaling {
  /// What cosines and sines are multiplied by.
  var attentionFactor: Double {
    guard case .yarn(let yarn) = self else { return 1 }
    return yarn.attentionFactor
  }
}
