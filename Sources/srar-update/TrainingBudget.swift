import Checkpoints
import Filters
import Kernels
import Transformer

/// What memory an update or a warm start needs, and what to do where it is too much.
struct TrainingBudget {
  let arguments: OptimizerArguments
  let configuration: ModelConfiguration
  /// Tokens of the longest rollout or example.
  let longest: Int
  /// Tokens of one optimizer step at most, where its rollouts are several.
  let stepTokens: Int
  /// Tokens of all rollouts or examples.
  let sampleTokens: Int
  /// Whether log-probabilities are computed before the first step.
  let recomputesLogProbabilities: Bool
  /// Whether a frozen policy is held beside.
  let hasReference: Bool

  private func memory(
    recomputing: Bool? = nil, precision: ProductPrecision? = nil
  ) -> TrainingMemory {
    TrainingMemory(
      configuration, precision: precision ?? arguments.compute, threadCount: arguments.threads,
      recomputesActivations: recomputing ?? arguments.recompute,
      recomputesLogProbabilities: recomputesLogProbabilities, hasReference: hasReference,
      sampleTokens: sampleTokens)
  }

  /// As many tokens at a time as fit.
  ///
  /// - Throws: `UsageError` where the longest rollout does not.
  func tokens(within size: MemorySize) throws -> Int {
    let tokens = memory().packTokens(within: size.bytes)
    guard tokens < longest else { return tokens }
    func megabytes(recomputing: Bool) -> Int {
      memory(recomputing: recomputing).bytes(packTokens: longest) / (1 << 20) + 1
    }
    let remedy =
      arguments.recompute
      ? "" : ", or give '--recompute', with which it is \(megabytes(recomputing: true))M"
    throw UsageError(
      """
      '--memory' is \(size), but \(megabytes(recomputing: arguments.recompute))M are needed for this policy and \
      \(longest) tokens in a row; allow more\(remedy)
      """)
  }

  /// Tokens of the largest pack.
  private func packTokens(_ microBatchTokens: Int) -> Int {
    max(longest, min(microBatchTokens, stepTokens))
  }

  /// - Throws: `UsageError` where the process may not take the memory that is needed.
  func check(microBatchTokens: Int, allowance: MemoryAllowance?) throws {
    let packTokens = packTokens(microBatchTokens)
    let needed = memory().bytes(packTokens: packTokens)
    guard let allowance, needed > allowance.bytes else { return }
    throw UsageError(
      """
      training this policy with \(packTokens) tokens at a time needs \(MemorySize(bytes: needed).rounded) of memory, but \
      \(MemorySize(bytes: allowance.bytes).rounded) are left to this process \(allowance.bound); \
      \(remedy(within: allowance.bytes))
      """)
  }

  private func remedy(within bytes: Int) -> String {
    let tokens = memory().packTokens(within: bytes)
    if tokens >= longest { return "give '--micro-batch-tokens \(tokens)'" }
    if arguments.compute != .float32,
      memory(precision: .float32).bytes(packTokens: longest) <= bytes
    {
      let tokens = memory(precision: .float32).packTokens(within: bytes)
      return "give '--compute f32 --micro-batch-tokens \(tokens)', which keeps no rounded weights"
    }
    let recomputed = memory(recomputing: true)
    if recomputed.bytes(packTokens: longest) <= bytes {
      return "give '--recompute --micro-batch-tokens \(recomputed.packTokens(within: bytes))'"
    }
    let least = MemorySize(bytes: recomputed.bytes(packTokens: longest)).rounded
    return "it takes \(least) at least, with '--recompute': allow more, or train a smaller policy"
  }
}
