import Fingerprints
import Foundation
import JSONLines
import TestSupport
import Testing
import Tokenizers

/// The tokenizers of the families of models: tokens are those of Hugging Face's tokenizers; see RECIPE.md there.
struct FamilyAgreementTests {
  static let names = ["gpt2", "llama3", "qwen2", "smollm"]

  static func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(readingFrom: Fixtures.url("tokenizers/families/\(name).json").path)
  }

  private static func lines(_ name: String) throws -> [[String: Any]] {
    try String(contentsOf: Fixtures.url("tokenizers/families/\(name).jsonl"), encoding: .utf8)
      .split(separator: "\n").map {
        let value = try JSONSerialization.jsonObject(with: Data($0.utf8))
        return try #require(value as? [String: Any])
      }
  }

  @Test("a page of Unicode trouble, and random texts", arguments: names)
  func casesAgree(name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    let cases = try Self.lines("cases")
    #expect(cases.count > 150)
    for one in cases {
      let text = try #require(one["text"] as? String)
      let expected = try #require(one[name] as? [Int])
      #expect(
        tokenizer.encodeRecognizingAddedTokens(text) == expected, "\(text.debugDescription)")
    }
  }

  @Test("a file that is read and written makes the same tokens", arguments: names)
  func filesRoundTrip(name: String) throws {
    let read = try Self.tokenizer(name)
    let copy = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: copy) }
    try Data(read.fileBytes).write(to: copy)
    let again = try Tokenizer(readingFrom: copy.path)
    #expect(again.vocabulary == read.vocabulary && again.preTokenizer == read.preTokenizer)
    #expect(again.normalizes == read.normalizes && again.ignoresMerges == read.ignoresMerges)
  }

  @Test(
    "all of GSM8K and math_cot",
    .enabled(if: Fixtures.sharedData("gsm8k/train.jsonl.zst") != nil, "the data set is not here"),
    arguments: names)
  func dataAgree(name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    for one in try Self.lines("data") {
      let path = try #require(one["file"] as? String)
      let digest = try Self.digest(of: path, by: tokenizer)
      #expect(digest.texts == one["texts"] as? Int)
      #expect(digest.sha256 == one[name] as? String, "\(path)")
    }
  }

  /// How many strings a file of the shared data holds, and the SHA-256 of their tokens, each text's ended by −1.
  static func digest(
    of path: String, by tokenizer: Tokenizer
  ) throws -> (texts: Int, sha256: String) {
    let file = try #require(Fixtures.sharedData(path))
    let reader = try LineReader(path: file.path, maximumLineBytes: 64 << 20)
    var texts: [String] = []
    while let line = try reader.next() {
      let value = try JSONSerialization.jsonObject(with: Data(line))
      appendStrings(of: value, to: &texts)
    }
    var bytes: [UInt8] = []
    for text in texts {
      for token in tokenizer.encodeRecognizingAddedTokens(text) + [-1] {
        let bits = UInt32(bitPattern: Int32(token))
        for shift in [UInt32(0), 8, 16, 24] {
          bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
      }
    }
    return (texts.count, SHA256.hexadecimalDigest(of: bytes))
  }

  private static func appendStrings(of value: Any, to texts: inout [String]) {
    if let text = value as? String {
      texts.append(text)
    } else if let object = value as? [String: Any] {
      for key in object.keys.sorted() { appendStrings(of: object[key] ?? 0, to: &texts) }
    } else if let list = value as? [Any] {
      for item in list { appendStrings(of: item, to: &texts) }
    }
  }
}
