import Checkpoints
import Filters
import Transformer

/// The memory that sampling with the built-in engine may use: what was asked for, or half of what the machine has, and no more than
/// is left to the process. Responses do not depend on it.
///
/// - Throws: `UsageError` where the policy alone needs more than is left, `TransformerError.memoryTooSmall` where it needs more than
///   was asked for.
func samplingMemory(
  _ arguments: SamplingArguments, for configuration: ModelConfiguration,
  allowance: MemoryAllowance?
) throws -> MemorySize {
  var memory = arguments.memory ?? MemorySize(bytes: MemorySize.ofMachine.bytes / 2)
  if let allowance {
    // What the program, its records and the work of its threads take beside.
    let reserve = 64 << 20 + arguments.threads * (2 << 20)
    let left = MemorySize(bytes: max(1, allowance.bytes - reserve))
    let needed = try Sampler.leastBytes(for: configuration, precision: arguments.compute)
    guard needed <= Double(left.bytes) else {
      throw UsageError(
        """
        sampling from this policy needs more than \(MemorySize(bytes: Int(needed)).rounded) of memory, but \
        \(left.rounded) are left for it to this process \(allowance.bound); allow more, sample from a smaller policy, \
        or let a server sample ('--url')
        """)
    }
    if left.bytes < memory.bytes { memory = left }
  }
  try Sampler.check(memoryBytes: memory.bytes, for: configuration, precision: arguments.compute)
  return memory
}
