import Foundation
import TestSupport
import Testing
import Tokenizers

/// The chat templates of the families: prompts are those of Jinja; see RECIPE.md of the fixtures.
struct FamilyTemplateTests {
  static let names = ["llama3", "llama3.1", "qwen2", "qwen2.5", "qwen3", "smollm"]
  /// Where the templates themselves are, which this repository does not hold.
  static let folder = ProcessInfo.processInfo.environment["SRAR_CHAT_TEMPLATES"]

  /// Those whose template is there.
  static let presentNames = names.filter { name in
    folder.map { FileManager.default.fileExists(atPath: "\($0)/\(name).jinja") } ?? false
  }

  struct Case: Decodable {
    let template: String
    let messages: [[String]]
    let text: String
  }

  private func cases(_ name: String) throws -> [Case] {
    let file = Fixtures.url("tokenizers/templates.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
      .filter { $0.template == name }
  }

  @Test("prompts are those of Jinja", arguments: names)
  func promptsAgree(name: String) throws {
    let template = try ChatTemplate(argument: name)
    let cases = try cases(name)
    #expect(cases.count == 4)
    for one in cases {
      let segments = try template.render(
        one.messages.map { ChatMessage(role: $0[0], content: $0[1]) })
      let text = segments.map(\.written).joined()
      #expect(text == one.text)
    }
  }

  @Test(
    "a family's whole template makes the prompts of Jinja",
    .enabled(if: !presentNames.isEmpty, "SRAR_CHAT_TEMPLATES names no folder of these templates"),
    arguments: presentNames)
  func templatesAgree(name: String) throws {
    let path = "\(try #require(Self.folder))/\(name).jinja"
    let source = try String(contentsOfFile: path, encoding: .utf8)
    let template = ChatTemplate.own(
      try PolicyTemplate(
        source: source,
        texts: ["bos_token": "<|begin_of_text|>", "eos_token": "<|im_end|>"], path: path))
    for one in try cases(name) {
      let segments = try template.render(
        one.messages.map { ChatMessage(role: $0[0], content: $0[1]) })
      #expect(segments.map(\.written).joined() == one.text)
    }
  }
}
