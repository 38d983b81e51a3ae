internal import CKernels
internal import COneDNN

/// What the operands of matrix products are rounded to before they are multiplied. Sums are float32 always.
package enum ProductPrecision: String, CaseIterable, Sendable {
  case float32 = "f32"
  /// The upper half of float32: its range, and 8 bits of it count.
  case bfloat16 = "bf16"

  /// Of one number of an operand.
  package var operandByteCount: Int {
    switch self {
    case .float32: MemoryLayout<Float>.stride
    case .bfloat16: MemoryLayout<UInt16>.stride
    }
  }

  /// Whether this processor multiplies bfloat16 numbers itself, by oneDNN. Elsewhere they are multiplied as the float32 numbers
  /// that they are: the same up to the order of sums, but not faster.
  package static var multipliesBFloat16Natively: Bool { onednn_is_available() != 0 }

  /// What a user should know of this precision on this machine.
  package var remark: String? {
    guard self == .bfloat16, !Self.multipliesBFloat16Natively else { return nil }
    return onednn_is_built_in() == 0
      ? "bf16 is computed as float32, since oneDNN was not there when this was built; 'make onednn' installs it"
      : "bf16 is computed as float32, since this processor or its oneDNN does not multiply such numbers"
  }
}

/// A flat run of bfloat16 numbers that owns its memory, by their bits; crossing threads as `FloatBuffer` does.
final class BFloat16Buffer: @unchecked Sendable {
  let count: Int
  let base: UnsafeMutablePointer<UInt16>
  private let memory: FloatBuffer

  /// Numbers that are all 0.
  init(count: Int) {
    self.count = count
    memory = FloatBuffer(count: (count + 1) / 2)
    base = UnsafeMutableRawPointer(memory.base).bindMemory(
      to: UInt16.self, capacity: max(count + 1, 2))
  }
}
