// The optimizer: Adam with decoupled weight decay, on one flat buffer of parameters.

import Foundation
internal import Kernels

/// Adam with decoupled weight decay: Loshchilov and Hutter (arXiv 1711.05101), algorithm 2, as PyTorch computes it.
///
/// θ ← θ·(1 − lr·decay); m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
/// θ ← θ − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Deterministic, in place, one pass over memory, in parts that threads share. Moments and parameters are float32, scalars
/// doubles.
package struct AdamW: Sendable {
  /// All that is not learned.
  package struct Options: Sendable, Equatable {
    /// β₁, the memory of the gradient.
    package var firstDecay: Double
    /// β₂, the memory of its square.
    package var secondDecay: Double
    /// ε, added to the root of the second moment.
    package var epsilon: Double
    /// How much of each parameter is lost per unit of learning rate.
    package var weightDecay: Double

    package init(
      firstDecay: Double, secondDecay: Double, epsilon: Double, weightDecay: Double
    ) {
      self.firstDecay = firstDecay
      self.secondDecay = secondDecay
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  /// A run of parameters that decays, or does not.
  package struct Segment: Sendable, Equatable {
    package let range: Range<Int>
    package let decays: Bool

    package init(range: Range<Int>, decays: Bool) {
      self.range = range
      self.decays = decays
    }
  }

  /// Parameters that one task updates.
  private static let partSize = 65_536

  package var options: Options
  /// Which parameters decay; together the segments cover all of them.
  package let segments: [Segment]
  /// m, one per parameter.
  package private(set) var firstMoments: [Float]
  /// v, one per parameter.
  package private(set) var secondMoments: [Float]
  /// How many steps were made, over all calls and restarts.
  package private(set) var stepCount: Int

  /// An optimizer that has seen no gradient.
  ///
  /// - Parameter segments: runs that follow each other from 0 on. PyTorch, and so verl, decays every parameter, norms
  ///   and biases too: one segment. Transformers' and TRL's trainers leave out tensors of one dimension.
  package init(options: Options, segments: [Segment]) {
    let count = segments.last?.range.upperBound ?? 0
    self.init(
      options: options, segments: segments, stepCount: 0,
      firstMoments: [Float](repeating: 0, count: count),
      secondMoments: [Float](repeating: 0, count: count))
  }

  /// An optimizer that goes on where another stopped.
  package init(
    options: Options, segments: [Segment], stepCount: Int, firstMoments: [Float],
    secondMoments: [Float]
  ) {
    var end = 0
    for segment in segments {
      precondition(segment.range.lowerBound == end, "segments leave a gap")
      end = segment.range.upperBound
    }
    precondition(firstMoments.count == end && secondMoments.count == end, "moments do not fit")
    self.options = options
    self.segments = segments
    self.stepCount = stepCount
    self.firstMoments = firstMoments
    self.secondMoments = secondMoments
  }

  /// Makes one step.
  ///
  /// - Parameters:
  ///   - gradientFactor: multiplies every gradient first; clipping by norm costs no pass of its own.
  package mutating func step(
    parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeBufferPointer<Float>,
    learningRate: Double, gradientFactor: Double = 1, threadCount: Int = 1
  ) {
    precondition(
      parameters.count == firstMoments.count && gradients.count == firstMoments.count,
      "parameters do not fit")
    stepCount += 1
    let firstCorrection = 1 - pow(options.firstDecay, Double(stepCount))
    let secondCorrection = 1 - pow(options.secondDecay, Double(stepCount))
    let constants = StepConstants(
      gradientFactor: Float(gradientFactor), firstGain: Float(1 - options.firstDecay),
      secondDecay: Float(options.secondDecay), secondGain: Float(1 - options.secondDecay),
      rootScale: Float(1 / secondCorrection.squareRoot()), epsilon: Float(options.epsilon),
      stepSize: Float(learningRate / firstCorrection))
    let kept = Float(1 - learningRate * options.weightDecay)
    firstMoments.withUnsafeMutableBufferPointer { first in
      secondMoments.withUnsafeMutableBufferPointer { second in
        for segment in segments {
          nonisolated(unsafe) let state = (parameters, gradients, first, second)
          let parts = RowTiles(of: segment.range.count, width: Self.partSize)
          Lanes.run(count: parts.count, threadCount: threadCount) { part, _ in
            let start = segment.range.lowerBound
            update(
              state.0, state.1, state.2, state.3,
              start + parts[part].lowerBound..<start + parts[part].upperBound, constants,
              kept: segment.decays ? kept : 1)
          }
        }
      }
    }
  }
}

private struct StepConstants {
  let gradientFactor: Float
  let firstGain: Float
  let secondDecay: Float
  let secondGain: Float
  let rootScale: Float
  let epsilon: Float
  let stepSize: Float
}

/// One segment, eight parameters at a time; a scalar loop is not vectorised by the compiler and takes twice as long.
private func update(
  _ parameters: UnsafeMutableBufferPointer<Float>, _ gradients: UnsafeBufferPointer<Float>,
  _ firstMoments: UnsafeMutableBufferPointer<Float>,
  _ secondMoments: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>,
  _ constants: StepConstants, kept: Float
) {
  guard let p = parameters.baseAddress, let g = gradients.baseAddress,
    let m = firstMoments.baseAddress, let v = secondMoments.baseAddress
  else { return }
  let whole = range.lowerBound + range.count & ~7
  for i in stride(from: range.lowerBound, to: whole, by: 8) {
    let gradient = load(g + i) * constants.gradientFactor
    let first = load(m + i) + (gradient - load(m + i)) * constants.firstGain
    let second = load(v + i) * constants.secondDecay + gradient * gradient * constants.secondGain
    store(first, m + i)
    store(second, v + i)
    let denominator = second.squareRoot() * constants.rootScale + constants.epsilon
    store(load(p + i) * kept - constants.stepSize * (first / denominator), p + i)
  }
  for i in whole..<range.upperBound {
    let gradient = g[i] * constants.gradientFactor
    m[i] += (gradient - m[i]) * constants.firstGain
    v[i] = v[i] * constants.secondDecay + gradient * gradient * constants.secondGain
    let denominator = v[i].squareRoot() * constants.rootScale + constants.epsilon
    p[i] = p[i] * kept - constants.stepSize * (m[i] / denominator)
  }
}

private func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

private func store(_ values: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: SIMD8<Float>.self)
}
