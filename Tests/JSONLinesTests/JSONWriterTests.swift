import JSONLines
import RandomStreams
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
  private func text(_ value: some JSONWritable) -> String {
    var json = JSONWriter()
    json.value(value)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test("escapes what must be, and nothing else")
  func strings() throws {
    #expect(text("a\"b\\c\n\t\r\u{1}é🎯/") == #""a\"b\\c\n\t\r\u0001é🎯/""#)
  }

  @Test("gives numbers back as they were", arguments: UInt64(0)..<300)
  func numbers(seed: UInt64) throws {
    var random = RandomStream(seed: seed, "numbers")
    let double = Double(bitPattern: random.next())
    let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    let integer = Int(bitPattern: UInt(random.next()))
    let document = JSONDocument()
    if double.isFinite {
      try Array(text([double]).utf8).withUnsafeBytes { try document.parse($0) }
      #expect(document.root.doubles?.first?.bitPattern == double.bitPattern, "\(double)")
    }
    if float.isFinite {
      try Array(text([float]).utf8).withUnsafeBytes { try document.parse($0) }
      #expect(document.root.doubles.map { Float($0[0]) } == float, "\(float)")
    }
    try Array(text([integer]).utf8).withUnsafeBytes { try document.parse($0) }
    #expect(document.root.integers == [integer])
  }

  @Test("marks numbers that JSON does not have")
  func nonFinite() {
    var json = JSONWriter()
    json.value([1.0, Double.nan])
    #expect(json.hasNonFiniteNumber)
    #expect(String(decoding: json.bytes, as: UTF8.self) == "[1.0,null]")
  }

  @Test("places commas in nested objects and arrays")
  func nesting() {
    var json = JSONWriter()
    json.object { object in
      object.member("a", [1, 2])
      object.member("b") { $0.object { $0.member("c", true) } }
      object.member(ifPresent: "d", String?.none)
      object.member("e", String?.none)
      object.member("f") { list in
        list.array { array in
          array.object { _ in }
          array.object { $0.member("g", 0..<3) }
        }
      }
    }
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"a":[1,2],"b":{"c":true},"e":null,"f":[{},{"g":[0,3]}]}"#)
  }
}
