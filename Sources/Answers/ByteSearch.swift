// Looking for words in the bytes of a text. Responses are long, and Character by Character is many times slower.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ArraySlice<UInt8> {
  /// Where a text of ASCII stands first, by this slice's indices.
  func firstRange(of needle: StaticString) -> Range<Int>? {
    let length = needle.utf8CodeUnitCount
    return withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, length > 0 else { return nil }
      var start = 0
      while start + length <= bytes.count,
        let found = memchr(base + start, Int32(needle.utf8Start[0]), bytes.count - start)
      {
        start = UnsafeRawPointer(found) - UnsafeRawPointer(base)
        if bytes.holds(needle, at: start) {
          return startIndex + start..<startIndex + start + length
        }
        start += 1
      }
      return nil
    }
  }

  /// Where a text of ASCII stands last, by this slice's indices.
  ///
  /// - Parameter ignoringCase: whether "Answer" is found by the needle "answer", which is in lower case.
  func lastRange(of needle: StaticString, ignoringCase: Bool = false) -> Range<Int>? {
    let length = needle.utf8CodeUnitCount
    guard length > 0, count >= length else { return nil }
    let first = needle.utf8Start[0]
    let mask: UInt8 = ignoringCase && first.isLetter ? 0x20 : 0
    return withUnsafeBufferPointer { bytes in
      var start = bytes.count - length
      while start >= 0 {
        if bytes[start] | mask == first,
          bytes.holds(needle, at: start, ignoringCase: ignoringCase)
        {
          return startIndex + start..<startIndex + start + length
        }
        start -= 1
      }
      return nil
    }
  }

  func contains(_ needle: StaticString) -> Bool { firstRange(of: needle) != nil }

  /// Whether the slice begins with a text of ASCII.
  func starts(with needle: StaticString) -> Bool {
    withUnsafeBufferPointer { $0.holds(needle, at: 0) }
  }

  /// Whether the slice is a text of ASCII.
  func equals(_ needle: StaticString) -> Bool {
    count == needle.utf8CodeUnitCount && starts(with: needle)
  }

  /// The slice without white space at its ends.
  var trimmed: ArraySlice<UInt8> {
    guard let first = firstIndex(where: { !$0.isBlank }),
      let last = lastIndex(where: { !$0.isBlank })
    else { return prefix(0) }
    return self[first...last]
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether a text of ASCII stands at a place.
  func holds(_ needle: StaticString, at start: Int, ignoringCase: Bool = false) -> Bool {
    let length = needle.utf8CodeUnitCount
    guard start >= 0, start + length <= count else { return false }
    for offset in 0..<length {
      let byte = self[start + offset]
      let wanted = needle.utf8Start[offset]
      guard byte == wanted || (ignoringCase && byte.isLetter && byte | 0x20 == wanted) else {
        return false
      }
    }
    return true
  }
}

extension UInt8 {
  /// Whether it is white space of ASCII.
  var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

  /// Whether it is a letter of ASCII.
  var isLetter: Bool { self < 0x80 && (0x61...0x7A).contains(self | 0x20) }

  var isDigit: Bool { (0x30...0x39).contains(self) }
}
