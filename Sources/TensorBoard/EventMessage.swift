// The protobuf messages of TensorBoard (tensorflow/core/util/event.proto and framework/summary.proto), as far as scalars need them.

/// A value of a name at a step.
package struct Scalar: Equatable, Sendable {
  package let tag: String
  package let value: Float

  package init(tag: String, value: Float) {
    self.tag = tag
    self.value = value
  }
}

/// `Event { wall_time = 1; file_version = 3 }`: the first of a file.
func versionEvent(wallTime: Double) -> [UInt8] {
  doubleField(1, wallTime) + bytesField(3, Array("brain.Event:2".utf8))
}

/// `Event { wall_time = 1; step = 2; summary = 5 { value = 1 { tag = 1; simple_value = 2 } … } }`.
func scalarEvent(wallTime: Double, step: Int, scalars: [Scalar]) -> [UInt8] {
  let summary = scalars.flatMap { scalar in
    bytesField(1, bytesField(1, Array(scalar.tag.utf8)) + floatField(2, scalar.value))
  }
  return doubleField(1, wallTime) + integerField(2, step) + bytesField(5, summary)
}

private func integerField(_ number: UInt64, _ value: Int) -> [UInt8] {
  varint(number << 3) + varint(UInt64(bitPattern: Int64(value)))
}

private func doubleField(_ number: UInt64, _ value: Double) -> [UInt8] {
  varint(number << 3 | 1) + littleEndian(value.bitPattern)
}

private func bytesField(_ number: UInt64, _ value: [UInt8]) -> [UInt8] {
  varint(number << 3 | 2) + varint(UInt64(value.count)) + value
}

private func floatField(_ number: UInt64, _ value: Float) -> [UInt8] {
  varint(number << 3 | 5) + littleEndian(value.bitPattern)
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
private func varint(_ value: UInt64) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = value
  while rest > 0x7F {
    bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}

/// The bytes of a number, the lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
