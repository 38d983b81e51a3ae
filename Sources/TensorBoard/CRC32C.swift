/// The checksum CRC-32C (Castagnoli; RFC 3720, appendix B.4): reflected, polynomial 0x1EDC6F41.
package func crc32c(_ bytes: [UInt8]) -> UInt32 {
  var remainder: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    remainder = remainder >> 8 ^ table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
  }
  return ~remainder
}

/// The checksum as TFRecord stores it: rotated and shifted, so that the checksum of data that hold checksums is still one.
package func maskedCRC32C(_ bytes: [UInt8]) -> UInt32 {
  let checksum = crc32c(bytes)
  return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
}

/// The remainders of single bytes.
private let table: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in
    value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
  }
}
