// How the numbers of a tensor are stored.

/// The element types of the safetensors format that are converted to and from `Float`.
package enum TensorElementType: String, Sendable, CaseIterable {
  case float32 = "F32"
  /// The upper half of a `Float`.
  case bfloat16 = "BF16"
  /// IEEE 754 half precision, which ends at 65,504.
  case float16 = "F16"

  /// Bytes of one element.
  package var byteCount: Int { self == .float32 ? 4 : 2 }
}

extension TensorElementType {
  /// What `config.json` calls it.
  package var configurationName: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bfloat16"
    case .float16: "float16"
    }
  }

  /// The largest `Float` that does not become infinite when it is stored.
  var greatestMagnitude: Float {
    switch self {
    case .float32: .greatestFiniteMagnitude
    // One bit more would round up to infinity.
    case .bfloat16: Float(bitPattern: 0x7f7f_7fff)
    case .float16: Float(65_520).nextDown
    }
  }

  /// Bytes of one element of every type that the format knows; sizes are checked for all of them.
  static let knownByteCounts: [String: Int] = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2,
    "BF16": 2, "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
  ]
}

/// The nearest bfloat16, ties to even; a NaN stays one.
func bfloat16Bits(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x0040 }
  return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
}

/// The value of a bfloat16, exact.
func float(bfloat16Bits bits: UInt16) -> Float {
  Float(bitPattern: UInt32(bits) << 16)
}
