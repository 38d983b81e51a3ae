// A model in training: gradients of packs, then one step of the optimizer.

package import Transformer

/// A model whose parameters change in place: its gradients, its optimizer, its learning rate.
///
/// Results do not depend on the number of threads.
package final class ModelOptimizer {
  package let model: Model
  /// Gradients gathered since the last step.
  package let gradients: Gradients
  package private(set) var optimizer: AdamW
  package let schedule: LearningRateSchedule
  /// Gradients are cut to this norm; nil leaves them.
  package let maxGradientNorm: Double?
  package let pass: TrainingPass
  private var hasStepped = false

  /// - Parameters:
  ///   - optimizer: its segments cover the model's parameters; where it was restored, the schedule goes on with its count.
  package init(
    model: Model, optimizer: AdamW, schedule: LearningRateSchedule, maxGradientNorm: Double?,
    threadCount: Int, recomputesActivations: Bool = false
  ) throws {
    self.model = model
    self.optimizer = optimizer
    self.schedule = schedule
    self.maxGradientNorm = maxGradientNorm
    gradients = Gradients(for: model.weights)
    pass = try TrainingPass(
      model: model, threadCount: threadCount, recomputesActivations: recomputesActivations)
  }

  /// What one step of the optimizer was.
  package struct Step: Sendable, Equatable {
    /// Its number, from 1 over the whole run.
    package let number: Int
    /// The norm of the gradient before it was cut.
    package let gradientNorm: Double
    package let learningRate: Double
  }

  /// Moves the parameters against the gathered gradient, and forgets it.
  ///
  /// - Throws: `PolicyGradientError.gradientNotFinite` or `firstGradientNotFinite`; the parameters are untouched then.
  package func step() throws(PolicyGradientError) -> Step {
    let elements = UnsafeBufferPointer(gradients.elements)
    let norm = gradientNorm(elements, threadCount: pass.threadCount)
    let number = optimizer.stepCount + 1
    guard norm.isFinite else {
      throw hasStepped ? .gradientNotFinite(step: number) : .firstGradientNotFinite(step: number)
    }
    hasStepped = true
    let rate = schedule.rate(step: number)
    optimizer.step(
      parameters: model.weights.elements, gradients: elements, learningRate: rate,
      gradientFactor: maxGradientNorm.map { clipFactor(norm: norm, limit: $0) } ?? 1,
      threadCount: pass.threadCount)
    gradients.zero()
    return Step(number: number, gradientNorm: norm, learningRate: rate)
  }

  /// Makes sure that the policy still predicts, by a short pass over the beginning of a sequence: finite weights do not mean finite
  /// predictions.
  ///
  /// - Parameters:
  ///   - sample: what the error calls the sequence.
  ///   - path: where the policy is to be written.
  /// - Throws: `PolicyGradientError.predictionsNotFinite`, `TransformerError`.
  package func checkPredictions(over tokens: [Int32], of sample: String, path: String) throws {
    let tokens = Array(tokens.prefix(Self.checkedTokenCount))
    guard tokens.count > 1 else { return }
    let pack = try PackedSequences([(tokens, 1..<tokens.count)])
    let statistics = try pass.statistics(of: [pack], temperature: 1)
    let isFinite = statistics.allSatisfy {
      $0.logProbabilities.allSatisfy(\.isFinite) && $0.entropies.allSatisfy(\.isFinite)
    }
    guard isFinite else {
      throw PolicyGradientError.predictionsNotFinite(path: path, sample: sample)
    }
  }

  private static let checkedTokenCount = 16
}
