// The element types of GGUF tensors and what their blocks hold.

/// A type by its number in the file. Quantised ones store blocks of values: scales of the block, then small integers.
enum GGUFTensorType: UInt32, Sendable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q4_k = 12
  case q5_k = 13
  case q6_k = 14
  case bf16 = 30

  /// Values of a block.
  var blockCount: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
    case .q4_k, .q5_k, .q6_k: 256
    }
  }

  /// Bytes of a block.
  var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q4_k: 144
    case .q5_k: 176
    case .q6_k: 210
    }
  }

  /// The values of whole blocks, in float32 arithmetic.
  func dequantize(
    _ bytes: UnsafeRawBufferPointer, count: Int, into values: UnsafeMutableBufferPointer<Float>
  ) {
    for index in 0..<count {
      let block = GGUFBlock(bytes: bytes, start: index * blockBytes)
      let out = UnsafeMutableBufferPointer(rebasing: values[(index * blockCount)...])
      switch self {
      case .f32: out[0] = block.float(0)
      case .f16: out[0] = block.half(0)
      case .bf16: out[0] = float(bfloat16Bits: block.word(0))
      case .q4_0: block.fourBits(offset: 8, hasMinimum: false, hasFifthBit: false, into: out)
      case .q4_1: block.fourBits(offset: 0, hasMinimum: true, hasFifthBit: false, into: out)
      case .q5_0: block.fourBits(offset: 16, hasMinimum: false, hasFifthBit: true, into: out)
      case .q5_1: block.fourBits(offset: 0, hasMinimum: true, hasFifthBit: true, into: out)
      case .q8_0: block.eightBits(into: out)
      case .q4_k: block.superBlock(hasFifthBit: false, into: out)
      case .q5_k: block.superBlock(hasFifthBit: true, into: out)
      case .q6_k: block.sixBits(into: out)
      }
    }
  }
}

/// One block of a quantised tensor.
private struct GGUFBlock {
  let bytes: UnsafeRawBufferPointer
  let start: Int

  func byte(_ offset: Int) -> Int { Int(bytes[start + offset]) }
  func signed(_ offset: Int) -> Int { Int(Int8(bitPattern: bytes[start + offset])) }
  func word(_ offset: Int) -> UInt16 { UInt16(byte(offset)) | UInt16(byte(offset + 1)) << 8 }
  func half(_ offset: Int) -> Float { Float(Float16(bitPattern: word(offset))) }
  func float(_ offset: Int) -> Float {
    Float(bitPattern: UInt32(word(offset)) | UInt32(word(offset + 2)) << 16)
  }

  /// Q4_0, Q4_1, Q5_0, Q5_1: a scale, for some a minimum, for some the fifth bits, then the lower and upper halves of bytes.
  func fourBits(
    offset: Int, hasMinimum: Bool, hasFifthBit: Bool, into out: UnsafeMutableBufferPointer<Float>
  ) {
    let scale = half(0)
    let minimum = hasMinimum ? half(2) : 0
    let bits = hasMinimum ? 4 : 2
    let quants = hasFifthBit ? bits + 4 : bits
    for i in 0..<32 {
      var q = byte(quants + i % 16) >> (i < 16 ? 0 : 4) & 15
      if hasFifthBit { q |= (byte(bits + i / 8) >> (i % 8) & 1) << 4 }
      // Two roundings, as the reference has: no fused multiplication.
      let product = scale * Float(q - offset)
      out[i] = hasMinimum ? product + minimum : product
    }
  }

  /// Q8_0: a scale, then 32 signed bytes.
  func eightBits(into out: UnsafeMutableBufferPointer<Float>) {
    let scale = half(0)
    for i in 0..<32 { out[i] = scale * Float(signed(2 + i)) }
  }

  /// Q4_K, Q5_K: scale and minimum of eight groups of 32 in six bits each, relative to two numbers of the block.
  func superBlock(hasFifthBit: Bool, into out: UnsafeMutableBufferPointer<Float>) {
    let quants = hasFifthBit ? 48 : 16
    for group in 0..<8 {
      let (scale, minimum) = groupScale(group)
      let groupScale = half(0) * Float(scale)
      let groupMinimum = half(2) * Float(minimum)
      for i in 0..<32 {
        var q = byte(quants + group / 2 * 32 + i) >> (group % 2 * 4) & 15
        if hasFifthBit { q |= (byte(16 + i) >> group & 1) << 4 }
        let product = groupScale * Float(q)
        out[group * 32 + i] = product - groupMinimum
      }
    }
  }

  /// The first four groups have their six bits whole; those of the others are in the upper bits of these, and behind.
  private func groupScale(_ group: Int) -> (scale: Int, minimum: Int) {
    if group < 4 { return (byte(4 + group) & 63, byte(8 + group) & 63) }
    let low = byte(8 + group)
    return (low & 15 | (byte(group) >> 6) << 4, low >> 4 | (byte(4 + group) >> 6) << 4)
  }

  /// Q6_K: lower four bits, upper two bits, a signed scale for each 16, and a scale of the block.
  func sixBits(into out: UnsafeMutableBufferPointer<Float>) {
    let scale = half(208)
    for i in 0..<256 {
      let (part, rest) = (i / 128, i % 128)
      let low = byte(part * 64 + rest % 64) >> (rest / 64 * 4) & 15
      let high = byte(128 + part * 32 + rest % 32) >> (rest / 32 * 2) & 3
      let groupScale = scale * Float(signed(192 + i / 16))
      out[i] = groupScale * Float((low | high << 4) - 32)
    }
  }
}
