import Foundation
import TestSupport
import Testing
import Tokenizers

/// Tokens that Hugging Face's tokenizers makes of the same file and texts; see RECIPE.md there.
struct AgreementTests {
  struct Case: Decodable {
    let text: String
    let learned: [Int]
    let trained: [Int]
  }

  static func cases() throws -> [Case] {
    try String(contentsOf: Fixtures.url("tokenizers/cases.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
  }

  static func corpus() throws -> [String] {
    try String(contentsOf: Fixtures.url("tokenizers/corpus.txt"), encoding: .utf8)
      .components(separatedBy: "\n")
  }

  @Test("tokens are those of the reference, with digits apart and without")
  func tokensAgree() throws {
    let cases = try Self.cases()
    #expect(cases.count > 200)
    let learned = try Tokenizer(readingFrom: Fixtures.url("tokenizers/learned.json").path)
    let trained = try Tokenizer(readingFrom: Fixtures.url("tokenizers/trained.json").path)
    for one in cases {
      let escaped = one.text.debugDescription
      #expect(
        learned.encodeRecognizingAddedTokens(one.text) == one.learned, "learned.json, \(escaped)")
      #expect(
        trained.encodeRecognizingAddedTokens(one.text) == one.trained, "trained.json, \(escaped)")
    }
  }

  @Test("learning from the same text gives the same file, byte for byte")
  func learningIsDeterministic() throws {
    let url = Fixtures.url("tokenizers/learned.json")
    let tokenizer = try Tokenizer.learned(from: Self.corpus(), vocabularySize: 400)
    if ProcessInfo.processInfo.environment["SRAR_WRITE_FIXTURES"] == "1" {
      try Data(tokenizer.fileBytes).write(to: url)
    }
    #expect(tokenizer.vocabularySize == 400)
    #expect(try Data(tokenizer.fileBytes) == Data(contentsOf: url))
  }

  @Test("a file that is read and written is the same vocabulary")
  func filesRoundTrip() throws {
    for name in ["learned", "trained"] {
      let read = try Tokenizer(readingFrom: Fixtures.url("tokenizers/\(name).json").path)
      let copy = FileManager.default.temporaryDirectory
        .appendingPathComponent("srar-\(UUID().uuidString).json")
      defer { try? FileManager.default.removeItem(at: copy) }
      try Data(read.fileBytes).write(to: copy)
      let again = try Tokenizer(readingFrom: copy.path)
      #expect(again.vocabulary == read.vocabulary)
      #expect(again.preTokenizer == read.preTokenizer)
    }
  }
}
