import Fingerprints
import Foundation
import JSONLines
import TestSupport
import Testing
import Tokenizers

/// The tokenizer that `srar-update import` makes of SmolLM2's GGUF file makes llama.cpp's tokens; see RECIPE.md of the fixtures.
///
/// The model is where `make smollm` puts it; without it these tests are skipped.
@Suite("SmolLM2's tokens")
struct SmolLMTokenTests {
  static let file = Fixtures.root.appendingPathComponent(".smollm/policy/tokenizer.json").path
  static let isHere = FileManager.default.fileExists(atPath: file)

  private func lines() throws -> [[String: Any]] {
    try String(contentsOf: Fixtures.url("smollm/tokens.jsonl"), encoding: .utf8)
      .split(separator: "\n").map {
        try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
  }

  @Test(
    "a page of Unicode trouble", .enabled(if: isHere, "the model is not here: make smollm"))
  func casesAgree() throws {
    let tokenizer = try Tokenizer(readingFrom: Self.file)
    let cases = try lines().filter { $0["text"] != nil }
    #expect(cases.count > 150)
    for one in cases {
      let text = try #require(one["text"] as? String)
      #expect(
        tokenizer.encodeRecognizingAddedTokens(text) == one["tokens"] as? [Int],
        "\(text.debugDescription)")
    }
  }

  @Test(
    "all of GSM8K and math_cot",
    .enabled(
      if: isHere && Fixtures.sharedData("gsm8k/train.jsonl.zst") != nil,
      "the model or the data set is not here"))
  func dataAgree() throws {
    let tokenizer = try Tokenizer(readingFrom: Self.file)
    let files = try lines().filter { $0["file"] != nil }
    #expect(files.count >= 4)
    for one in files {
      let path = try #require(one["file"] as? String)
      let digest = try FamilyAgreementTests.digest(of: path, by: tokenizer)
      #expect(digest.texts == one["texts"] as? Int)
      #expect(digest.sha256 == one["sha256"] as? String, "\(path)")
    }
  }
}
