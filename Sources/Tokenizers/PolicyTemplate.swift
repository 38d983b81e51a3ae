// A policy's own chat template.

internal import ChatTemplates
internal import Foundation

/// The Jinja program by which a policy's prompts are made, and the texts that it is given.
package struct PolicyTemplate: Sendable, Equatable {
  private let path: String
  private let program: TemplateProgram
  /// `bos_token` and the other special tokens that `tokenizer_config.json` names.
  private let texts: [String: String]

  /// - Throws: `TokenizerError.badChatTemplate` for a program that is not evaluated here.
  package init(source: String, texts: [String: String], path: String) throws(TokenizerError) {
    self.path = path
    self.texts = texts
    do {
      program = try TemplateProgram(source: source)
    } catch {
      throw .badChatTemplate(path: path, problem: "\(error)")
    }
  }

  /// Whether the template can make a model think or not, by transformers' option `enable_thinking`.
  package var choosesThinking: Bool { program.mentions("enable_thinking") }

  /// Whether the template asks for the day, which is then the same on every day: 26 July 2024.
  package var asksForDay: Bool { program.mentions("strftime_now") }

  /// Whether the template may write a member of messages: it mentions its name, or goes through all that there are.
  func mayShow(_ member: String) -> Bool {
    program.mentions(member) || ["tojson", "items", "values"].contains { program.mentions($0) }
  }

  /// The pieces of a prompt: what the template writes, in which added tokens are looked for, and what messages bring.
  ///
  /// A template that can choose is asked for an answer without thinking.
  func render(
    _ messages: [ChatMessage], addsGenerationPrompt: Bool
  ) throws(TokenizerError) -> [TokenSegment] {
    var flags = ["add_generation_prompt": addsGenerationPrompt]
    if choosesThinking { flags["enable_thinking"] = false }
    do {
      return try program.render(
        messages: messages.map(\.templateMessage), texts: texts, flags: flags
      ).map { $0.isContent ? .text($0.text) : .template($0.text) }
    } catch .raised(let message) {
      throw .refusedMessages(path: path, reason: message)
    } catch {
      throw .badChatTemplate(path: path, problem: "\(error)")
    }
  }
}

extension ChatTemplate {
  /// The template of a policy folder: `chat_template.jinja`, or the one in `tokenizer_config.json`.
  ///
  /// - Throws: `TokenizerError` where there is none, or one that is not evaluated here.
  package init(folder: String) throws {
    let configuration = "\(folder)/tokenizer_config.json"
    let file = "\(folder)/chat_template.jinja"
    let hasFile = FileManager.default.fileExists(atPath: file)
    let hasConfiguration = FileManager.default.fileExists(atPath: configuration)
    let json =
      hasFile && !hasConfiguration
      ? nil : try decodedFile(TokenizerConfigurationJSON.self, path: configuration)
    var texts = json?.texts ?? [:]
    // Only where the tokens are not in the configuration does transformers look for them beside it.
    let map = "\(folder)/special_tokens_map.json"
    if json?.listsAddedTokens != true, FileManager.default.fileExists(atPath: map) {
      texts.merge(try decodedFile(TokenizerConfigurationJSON.self, path: map).texts) { first, _ in
        first
      }
    }
    if hasFile {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      guard let source = String(validating: data, as: UTF8.self) else {
        throw TokenizerError.badChatTemplate(path: file, problem: "it is not UTF-8")
      }
      self = .own(try PolicyTemplate(source: source, texts: texts, path: file))
      return
    }
    guard let source = json?.template?.source else {
      throw TokenizerError.missingChatTemplate(path: configuration)
    }
    self = .own(try PolicyTemplate(source: source, texts: texts, path: configuration))
  }
}

/// What `tokenizer_config.json` says of the chat template, and of the tokens that it may write.
private struct TokenizerConfigurationJSON: Decodable {
  let template: Template?
  /// By the names that templates know them by.
  let texts: [String: String]
  let listsAddedTokens: Bool

  private static let tokenNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    template = try container.decodeIfPresent(
      Template.self, forKey: Name(stringValue: "chat_template"))
    listsAddedTokens = container.contains(Name(stringValue: "added_tokens_decoder"))
    var texts: [String: String] = [:]
    for name in Self.tokenNames {
      texts[name] = try container.decodeIfPresent(Token.self, forKey: Name(stringValue: name))?.text
    }
    self.texts = texts
  }

  /// A token as its text, or as an object with its text and flags.
  private struct Token: Decodable {
    let text: String

    private enum CodingKeys: String, CodingKey { case content }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        self.text = text
      } else {
        text = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .content)
      }
    }
  }

  /// One template, or a list of named ones, of which `default` counts.
  struct Template: Decodable {
    private struct Named: Decodable {
      let name: String
      let template: String
    }

    let source: String?

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        source = text
      } else {
        source = try container.decode([Named].self).first { $0.name == "default" }?.template
      }
    }
  }
}
