import Diagnostics
import Foundation
import Testing
import Tokenizers

/// Files that are damaged, or that ask for what this tokenizer does not do.
struct TokenizerFileTests {
  /// A written file, changed at one place.
  private func error(_ old: String, _ new: String) throws -> TokenizerError? {
    let tokenizer = try Tokenizer.learned(
      from: ["ab ab abc abc"], vocabularySize: 300, specialTokens: ["<s>"])
    let text = String(decoding: tokenizer.fileBytes, as: UTF8.self)
    #expect(text.contains(old), "\(old)")
    return try error(text.replacingOccurrences(of: old, with: new))
  }

  private func error(_ text: String) throws -> TokenizerError? {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-\(UUID().uuidString).json")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return #expect(throws: TokenizerError.self) { try Tokenizer(readingFrom: file.path) }
  }

  @Test(
    "a part that would change tokens is refused by name",
    arguments: [
      ("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFKC\"}", "normalizer", "NFKC"),
      (
        "\"post_processor\": null", "\"post_processor\": {\"type\": \"BertProcessing\"}",
        "post_processor", "BertProcessing"
      ),
      ("\"type\": \"Digits\"", "\"type\": \"Metaspace\"", "pre_tokenizer", "Metaspace, ByteLevel"),
      (
        "\"individual_digits\": true", "\"individual_digits\": false", "pre_tokenizer",
        "Digits in runs"
      ),
      (
        "\"add_prefix_space\": false", "\"add_prefix_space\": true", "pre_tokenizer",
        "ByteLevel with prefix space"
      ),
      (
        "\"use_regex\": true", "\"use_regex\": false", "pre_tokenizer",
        "ByteLevel without a pattern"
      ),
      ("\"type\": \"BPE\"", "\"type\": \"Unigram\"", "model.type", "Unigram"),
      ("\"dropout\": null", "\"dropout\": 0.1", "model.dropout", "set"),
      ("\"byte_fallback\": false", "\"byte_fallback\": true", "model.byte_fallback", "true"),
      (
        "\"end_of_word_suffix\": null", "\"end_of_word_suffix\": \"</w>\"",
        "model.end_of_word_suffix", "\"</w>\""
      ),
    ])
  func unsupported(old: String, new: String, field: String, found: String) throws {
    let error = try error(old, new)
    guard case .unsupported(_, field, found, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.exitStatus == .badData)
  }

  @Test("a pattern that is not built in is named")
  func unknownPattern() throws {
    let error = try error(
      "{\"type\": \"Digits\", \"individual_digits\": true}",
      #"{"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}"}, "behavior": "Isolated"}"#)
    guard case .unsupported(_, "pre_tokenizer", #"Split by "\p{N}{1,3}""#, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a damaged vocabulary is refused")
  func damagedVocabulary() throws {
    guard case .badTokenID(_, "y", 120) = try error("\"y\": 121", "\"y\": 120") else {
      Issue.record("a number that is taken")
      return
    }
    guard case .badTokenID(_, "y", 4_000_000_000) = try error("\"y\": 121", "\"y\": 4000000000")
    else {
      Issue.record("a number out of all proportion")
      return
    }
    guard case .badTokenID(_, "y", -1) = try error("\"y\": 121", "\"y\": -1") else {
      Issue.record("a negative number")
      return
    }
    guard case .notBytes(_, "▁y") = try error("\"y\": 121", "\"y\": 121, \"▁y\": 299") else {
      Issue.record("an entry outside the byte alphabet")
      return
    }
    guard case .badMerge(_, 0, "a z") = try error("[\"a\", \"b\"]", "[\"a\", \"z\"]") else {
      Issue.record("a merge without result")
      return
    }
    guard case .badTokenID(_, "<s>", 7) = try error("{\"id\": 256", "{\"id\": 7") else {
      Issue.record("an added token of two numbers")
      return
    }
  }

  @Test(
    "what is not a tokenizer's JSON is refused, with the field",
    arguments: [
      ("", "is not valid JSON"), ("{", "is not valid JSON"), ("{}", "has no \"model\""),
      ("[]", "holds JSON of the wrong type"),
      ("{\"added_tokens\": [], \"model\": {}}", "has no \"model.vocab\""),
      (
        "{\"added_tokens\": [], \"model\": {\"vocab\": {\"a\": \"b\"}, \"merges\": []}}",
        "\"model.vocab.a\" has the wrong type"
      ),
      (
        "{\"added_tokens\": [], \"model\": {\"vocab\": {}, \"merges\": [\"a b c\"]}}",
        "\"model.merges[0]\" has an impossible value"
      ),
    ])
  func malformed(text: String, problem: String) throws {
    let error = try error(text)
    guard case .malformedJSON(_, problem) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.exitStatus == .badData)
  }

  @Test("merges written as one text, as older files do, are read")
  func olderMerges() throws {
    let tokenizer = try TokenizerTests.learned()
    var json = try #require(
      JSONSerialization.jsonObject(with: Data(tokenizer.fileBytes)) as? [String: Any])
    var model = try #require(json["model"] as? [String: Any])
    let merges = try #require(model["merges"] as? [[String]])
    model["merges"] = merges.map { $0.joined(separator: " ") }
    json["model"] = model
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-\(UUID().uuidString).json")
    try JSONSerialization.data(withJSONObject: json).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(try Tokenizer(readingFrom: file.path).vocabulary == tokenizer.vocabulary)
  }

  @Test("a missing file and the other errors, in words")
  func wording() {
    let missing = #expect(throws: TokenizerError.self) { try Tokenizer(folder: "/nonexistent") }
    #expect(missing == .missingFile(path: "/nonexistent/tokenizer.json"))
    #expect(
      missing?.description == "/nonexistent/tokenizer.json: missing from the policy folder")
    #expect(
      TokenizerError.unsupported(
        path: "p/tokenizer.json", field: "normalizer", found: "NFC", supported: "null"
      ).description
        == "p/tokenizer.json: \"normalizer\" is NFC, which is not supported; supported: null")
    #expect(
      TokenizerError.unknownToken(600, vocabularySize: 512).description
        == "token 600 is not in the vocabulary of 512")
    #expect(TokenizerError.vocabularyTooSmall(size: 1, minimum: 259).exitStatus == .usage)
  }
}
