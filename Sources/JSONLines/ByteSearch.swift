// Finding one text in another, both as bytes.

package import Foundation

extension ContiguousBytes where Self: RandomAccessCollection, Element == UInt8, Index == Int {
  /// Where another text first stands in this one; nil where it does not.
  package func firstRange(ofBytes other: [UInt8]) -> Range<Int>? {
    withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let first = other.first else { return nil }
      var offset = 0
      while offset + other.count <= bytes.count,
        let found = memchr(base + offset, Int32(first), bytes.count - other.count - offset + 1)
      {
        offset = UnsafeRawPointer(found) - base
        if memcmp(found, other, other.count) == 0 {
          return startIndex + offset..<startIndex + offset + other.count
        }
        offset += 1
      }
      return nil
    }
  }
}
