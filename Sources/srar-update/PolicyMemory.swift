import Checkpoints
import Filters
import Transformer

/// Makes sure that the process may take the memory for a new policy's weights.
///
/// - Throws: `UsageError` where it may not, `TransformerError.impossibleConfiguration`.
func checkMemory(for configuration: ModelConfiguration, allowance: MemoryAllowance?) throws {
  let needed = try Weights.byteCount(configuration)
  // What the tokenizer and the writing take beside.
  let reserve = 32 << 20
  guard let allowance, needed > Double(allowance.bytes - reserve) else { return }
  throw UsageError(
    """
    the weights of this policy need \(MemorySize(bytes: Int(needed) + reserve).rounded) of memory, but \
    \(MemorySize(bytes: allowance.bytes).rounded) are left to this process \(allowance.bound); \
    allow more, or make a smaller policy
    """)
}
