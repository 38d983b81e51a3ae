package import ArgumentParser
import ChatCompletions
import Diagnostics
package import Filters
package import Judging
import ModelServers

/// The servers of language models that judge, and how they are asked.
package struct ServerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A server that speaks OpenAI's chat completions, such as http://localhost:8000/v1; may be given several times. \
      (default: JUDGE_URL)
      """, valueName: "url"))
  package var url: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      The model's name; a NAME=URL has a server of its own. May be given several times where models vote. \
      (default: JUDGE_MODEL)
      """, valueName: "name"))
  package var model: [String] = []

  @Option(
    help: ArgumentHelp(
      "The sampling temperature. (default: 0, or 0.7 where one model votes several times)",
      valueName: "value"))
  var temperature: Double?

  @Option(help: ArgumentHelp("The longest reply.", valueName: "tokens"))
  var maxTokens = 4096

  @Option(
    help: ArgumentHelp(
      "Further members of the request, which replace those of the same name.", valueName: "json"))
  var extraBody: String?

  @Option(
    help: ArgumentHelp(
      """
      Leave this member out of requests, for servers that refuse it; may be given several times. \
      (\(ChatSettings.omittableMembers.joined(separator: ", ")))
      """, valueName: "member"))
  var omit: [String] = []

  @Flag(help: "Do not ask servers to enforce the form of a reply by a JSON schema.")
  var noSchema = false

  @Option(
    help: ArgumentHelp(
      "Ask in the words of this file; the manual says which marks it needs.", valueName: "file"),
    completion: .file())
  var prompt: String?

  @OptionGroup package var connection: ConnectionArguments

  @Option(help: "Another seed draws other markers and pauses.")
  var seed: UInt64 = 1

  package init() {}

  package mutating func validate() throws {
    if let temperature, !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("'--temperature' must be at least 0, but is \(temperature)")
    }
    if maxTokens < 1 {
      throw ValidationError("'--max-tokens' must be at least 1, but is \(maxTokens)")
    }
  }

  /// The files that questions, keys and certificates are read from.
  package var namedFiles: [NamedFile] {
    [prompt].compactMap { $0.map { NamedFile("'--prompt'", $0, .read) } } + connection.namedFiles
  }

  /// Whether the options name a language model or its server.
  package var namesModel: Bool { !url.isEmpty || !model.isEmpty }

  /// Whether the options or the environment do.
  package var meansModel: Bool {
    namesModel || environmentValue("JUDGE_URL") != nil || environmentValue("JUDGE_MODEL") != nil
  }

  /// The voters that these options describe: each model as often as it votes, in the order of the options.
  ///
  /// - Parameters:
  ///   - asks: whether a server may be asked; a replay needs none.
  ///   - votes: how often each model votes.
  ///   - run: what tells the user of servers that do not answer.
  package func voters<Question: JudgeQuestion>(
    about: Question.Type, asks: Bool, votes: Int = 1, for run: ToolRun
  ) throws -> [any Judge<Question>] {
    connection.tellOfRisks(to: run)
    let names = model.isEmpty ? environmentValue("JUDGE_MODEL").map { [$0] } ?? [] : model
    guard !names.isEmpty, !names.contains("") else {
      throw UsageError("which model judges? give '--model' or set JUDGE_MODEL")
    }
    let prompt: JudgePrompt<Question> = try words()
    var settings = try sharedSettings()
    settings.servers.tellOfTrouble = run.progress.note
    if temperature == nil, votes > 1 { settings.temperature = 0.7 }
    let urls = url.isEmpty ? environmentValue("JUDGE_URL").map { [$0] } ?? [] : url
    return try names.flatMap { name in
      var own = settings
      if let server = server(of: name) {
        own.model = server.model
        own.servers.urls = [server.url]
      } else {
        own.model = name
        own.servers.urls = urls
      }
      guard !own.servers.urls.isEmpty || !asks else {
        throw UsageError("where is the judge? give '--url' or set JUDGE_URL")
      }
      let client = try ChatClient(own)
      return (1...votes).map { LanguageModelJudge(client, own, prompt: prompt, vote: $0) }
    }
  }

  /// The two parts of a model that is given as NAME=URL.
  private func server(of name: String) -> (model: String, url: String)? {
    guard let equal = name.firstIndex(of: "=") else { return nil }
    let url = name[name.index(after: equal)...]
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else { return nil }
    return (String(name[..<equal]), String(url))
  }

  /// What all models have in common.
  private func sharedSettings() throws -> ChatSettings {
    var settings = ChatSettings(try connection.settings(keyVariable: "JUDGE_API_KEY"), model: "")
    settings.temperature = temperature ?? 0
    settings.maximumTokens = maxTokens
    settings.extraBody = try extraMembers(
      extraBody, omitting: omit, of: ChatSettings.omittableMembers)
    settings.servers.secrets = settings.extraBody.secrets
    settings.usesSchema = !noSchema
    settings.servers.seed = seed
    return settings
  }

  private func words<Question>() throws -> JudgePrompt<Question> {
    guard let prompt else { return JudgePrompt() }
    let text = String(decoding: try wholeFile(prompt), as: UTF8.self)
    if let unknown = JudgePrompt<Question>.unknownMarks(in: text).first {
      let known = JudgePrompt<Question>.knownMarks.map { "{{\($0)}}" }.joined(separator: ", ")
      throw UsageError(
        "\(prompt): there is no mark \(unknown), and the model would read it as it stands; the marks are \(known)"
      )
    }
    guard let words = JudgePrompt<Question>(template: text) else {
      let marks = Question.requiredMarks.map { "{{\($0)}}" }.joined(separator: " and ")
      throw UsageError("\(prompt): the marks \(marks) must stand in it")
    }
    return words
  }
}
