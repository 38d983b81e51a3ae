import ChatTemplates
import Fingerprints
import Foundation
import TestSupport
import Testing

/// The chat templates of published models, of which this repository holds only hashes; see RECIPE.md of the fixtures.
struct PublishedTemplateTests {
  /// Where the templates themselves are, as NAME.jinja.
  static let folder = ProcessInfo.processInfo.environment["SRAR_CHAT_TEMPLATES"]

  struct Conversation: Decodable {
    let messages: [[String]]
    let addsGenerationPrompt: Bool

    private enum CodingKeys: String, CodingKey {
      case messages
      case addsGenerationPrompt = "add_generation_prompt"
    }
  }

  struct Template: Decodable {
    let name: String
    let sha256: String
    /// For each conversation what Jinja does: the hash of a prompt, "refusal" and that of what the template says, or "error".
    let prompts: [String]
  }

  /// What srar refuses though Jinja renders it.
  static let refused = [
    // Calls macros out of a list, with another list for their arguments.
    "axolotl-jamba": "line 158: arguments are malformed",
    // Goes through the letters of contents as though they were pictures and texts.
    "trl-llava_next": "line 5: this use of a filter by members is not supported",
  ]

  static func templates() throws -> [Template] {
    try String(contentsOf: Fixtures.url("chat-templates/published.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Template.self, from: Data($0.utf8)) }
  }

  private func conversations() throws -> [Conversation] {
    try JSONDecoder().decode(
      [Conversation].self,
      from: Data(contentsOf: Fixtures.url("chat-templates/conversations.json")))
  }

  private func hash(_ text: String) -> String { SHA256.hexadecimalDigest(of: Array(text.utf8)) }

  private func outcome(_ source: String, _ conversation: Conversation) -> (
    hash: String, text: String
  ) {
    do {
      let text = try prompt(source, conversation)
      return (hash(text), text)
    } catch {
      if case .raised(let message) = error { return ("refusal " + hash(message), message) }
      return ("error", error.description)
    }
  }

  private func prompt(
    _ source: String, _ conversation: Conversation
  ) throws(TemplateError) -> String {
    let program = try TemplateProgram(source: source)
    var flags = ["add_generation_prompt": conversation.addsGenerationPrompt]
    if program.mentions("enable_thinking") { flags["enable_thinking"] = false }
    return try program.render(
      messages: conversation.messages.map { TemplateMessage(role: $0[0], content: $0[1]) },
      texts: ChatTemplatesTests.texts, flags: flags
    ).map(\.text).joined()
  }

  @Test("hashes are of twenty templates and more, each of every conversation")
  func hashes() throws {
    let templates = try Self.templates()
    let conversations = try conversations()
    #expect(Set(templates.map(\.sha256)).count == templates.count)
    #expect(templates.count { $0.prompts.contains { $0.utf8.count == 64 } } >= 100)
    #expect(templates.allSatisfy { $0.prompts.count == conversations.count })
  }

  @Test(
    "each published template makes the prompts of Jinja, or is refused for a reason",
    .enabled(if: folder != nil, "SRAR_CHAT_TEMPLATES names no folder of templates"))
  func promptsAgree() throws {
    let folder = try #require(Self.folder)
    let conversations = try conversations()
    var found = 0
    for template in try Self.templates() {
      let path = "\(folder)/\(template.name).jinja"
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      let source = String(decoding: data, as: UTF8.self)
      guard hash(source) == template.sha256 else {
        Issue.record("\(path) is another version of the template")
        continue
      }
      found += 1
      for (index, wanted) in template.prompts.enumerated() {
        let made = outcome(source, conversations[index])
        if let reason = Self.refused[template.name], made.hash == "error", wanted != "error" {
          #expect(made.text == reason, "\(template.name), conversation \(index)")
        } else {
          #expect(made.hash == wanted, "\(template.name), conversation \(index): \(made.text)")
        }
      }
    }
    #expect(found >= 20, "\(folder) holds only \(found) of the templates")
  }
}
