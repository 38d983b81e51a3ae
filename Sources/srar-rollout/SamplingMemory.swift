import Checkpoints
import Filters
import Kernels
import Transformer

/// The memory that sampling with the built-in engine may use: what was asked for, or half of what the machine has and no more than
/// is left to the process.
///
/// - Throws: `UsageError` where more is asked for than the process may take, or where the policy alone needs more;
///   `TransformerError.memoryTooSmall` where it needs more than was asked for.
func samplingMemory(
  _ arguments: SamplingArguments, for configuration: ModelConfiguration,
  allowance: MemoryAllowance?
) throws -> MemorySize {
  // What the program, its threads and records take beside.
  let reserve = 64 << 20 + arguments.threads * (10 << 20)
  let left = allowance.map { MemorySize(bytes: max(1, $0.bytes - reserve)) }
  func refusal(_ subject: String, _ remedy: String) -> UsageError {
    UsageError(
      "\(subject), but \(left?.rounded ?? "") are left for it to this process \(allowance?.bound ?? ""); \(remedy)"
    )
  }
  if let memory = arguments.memory {
    if let left, memory.bytes > left.bytes {
      throw refusal("'--memory' is \(memory)", "lower it or allow more")
    }
    try Sampler.check(
      memoryBytes: memory.bytes, for: configuration, precision: arguments.compute)
    return memory
  }
  let needed = try Sampler.leastBytes(for: configuration, precision: arguments.compute)
  if let left, needed > Double(left.bytes) {
    throw refusal(
      "this policy needs more than \(MemorySize(bytes: Int(needed)).rounded) of memory to sample",
      arguments.compute == .float32
        ? "allow more, sample from a smaller policy, or let a server sample ('--url')"
        : "allow more, or sample from a smaller policy")
  }
  let half = MemorySize(bytes: MemorySize.ofMachine.bytes / 2)
  let memory = left.map { $0.bytes < half.bytes ? $0 : half } ?? half
  try Sampler.check(memoryBytes: memory.bytes, for: configuration, precision: arguments.compute)
  return memory
}
