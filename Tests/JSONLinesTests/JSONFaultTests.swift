import JSONLines
import Testing

@Suite("What is wrong with a text that is not JSON")
struct JSONFaultTests {
  private func fault(_ text: String) -> JSONFault? { fault(Array(text.utf8)) }

  private func fault(_ bytes: [UInt8]) -> JSONFault? {
    let document = JSONDocument()
    return bytes.withUnsafeBytes { bytes in
      do throws(JSONFault) {
        try document.parse(bytes)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test(
    "is said with its place",
    arguments: [
      (#"{"a":}"#, 5, JSONFault.Reason.expectedValue),
      (#"{"a" 1}"#, 5, .expectedColon),
      (#"{a:1}"#, 1, .expectedKey),
      (#"{"a":1 "b":2}"#, 7, .expectedCommaOrEnd),
      (#"[1,2"#, 4, .unexpectedEnd),
      (#"[1,]"#, 3, .expectedValue),
      (#"{"a":1,}"#, 7, .expectedKey),
      (#"{"a":"b"#, 5, .unclosedString),
      ("[\"a\u{1}\"]", 3, .controlCharacter),
      (#"["\x"]"#, 2, .badEscape),
      (#"["\u12g4"]"#, 2, .badEscape),
      (#"["\ud800"]"#, 2, .loneSurrogate),
      (#"["\udc00"]"#, 2, .loneSurrogate),
      (#"[01]"#, 1, .badNumber),
      (#"[1.]"#, 1, .badNumber),
      (#"[-]"#, 1, .badNumber),
      (#"[1e]"#, 1, .badNumber),
      (#"[nul]"#, 1, .expectedValue),
      (#"{} {}"#, 3, .textAfterEnd),
      ("", 0, .unexpectedEnd),
    ])
  func saysWhere(text: String, byte: Int, reason: JSONFault.Reason) {
    #expect(fault(text) == JSONFault(byte: byte, reason: reason), "\(text)")
  }

  @Test("is said of bytes that are not UTF-8")
  func invalidUTF8() {
    #expect(fault(Array("[\"é".utf8) + [0xFF, 0x22, 0x5D]) == JSONFault(byte: 4, reason: .notUTF8))
    #expect(fault([0x22, 0xC0, 0xAF, 0x22]) == JSONFault(byte: 1, reason: .notUTF8))
  }

  @Test("is nothing where a machine number is too small to hold what is valid")
  func hugeNumbers() throws {
    let document = JSONDocument()
    let text =
      #"{"a":123456789012345678901234567890,"b":1e999,"c":[-0.5,18446744073709551615],"d":"1e999"}"#
    try Array(text.utf8).withUnsafeBytes { try document.parse($0) }
    #expect(document.root["a"]?.double == 123456789012345678901234567890.0)
    #expect(document.root["a"]?.integer == nil)
    #expect(document.root["b"]?.kind == .number && document.root["b"]?.double == nil)
    #expect(document.root["c"]?.doubles == [-0.5, 18446744073709551615.0])
    #expect(document.root["d"]?.string == "1e999")
    #expect(String(decoding: document.bytes, as: UTF8.self) == text)
  }

  @Test("is nesting beyond 1,024 levels, and nothing up to a thousand")
  func nesting() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(fault(nested(1000)) == nil)
    #expect(fault(nested(2000))?.reason == .nestedTooDeeply)
  }
}
