package import ArgumentParser
import ChatCompletions
import Diagnostics
import Filters
import Foundation
import HTTPClient
import JSONLines
package import Judging

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
      "A file that holds the key. (default: the key in JUDGE_API_KEY)", valueName: "file"),
    completion: .file())
  var apiKeyFile: String?

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

  @Flag(help: "Do not ask servers to enforce the form of a reply by a JSON schema.")
  var noSchema = false

  @Option(
    help: ArgumentHelp(
      "Ask in the words of this file; the manual says which marks it needs.", valueName: "file"),
    completion: .file())
  var prompt: String?

  @Option(help: ArgumentHelp("How many requests are under way at once.", valueName: "count"))
  var concurrency = 32

  @Option(help: ArgumentHelp("No more requests than these.", valueName: "count"))
  var requestsPerMinute: Double?

  @Option(help: ArgumentHelp("No more tokens than these, prompts included.", valueName: "count"))
  var tokensPerMinute: Double?

  @Option(
    help: ArgumentHelp(
      "Calls that a request may take; those that a rate limit turned away do not count.",
      valueName: "count"))
  var attempts = 6

  @Option(
    help: ArgumentHelp(
      "The pause before the second attempt; pauses double up to a minute.", valueName: "seconds"))
  var retryPause = 1.0

  @Option(help: ArgumentHelp("Until a connection stands.", valueName: "seconds"))
  var connectTimeout = 10.0

  @Option(help: ArgumentHelp("Until the last byte of a reply.", valueName: "seconds"))
  var timeout = 600.0

  @Option(
    help: ArgumentHelp("Without a byte, once a reply has begun.", valueName: "seconds"))
  var stallTimeout = 60.0

  @Option(
    help: ArgumentHelp(
      "Trust the certificates of this file instead of the system's.", valueName: "file"),
    completion: .file())
  var caFile: String?

  @Flag(help: "Take any certificate for good; your key and data can be read on the way.")
  package var insecure = false

  @Option(help: "Another seed draws other markers and pauses.")
  var seed: UInt64 = 1

  package init() {}

  package mutating func validate() throws {
    if let temperature, !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("'--temperature' must be at least 0, but is \(temperature)")
    }
    for (name, value) in [
      ("--concurrency", Double(concurrency)), ("--attempts", Double(attempts)),
      ("--max-tokens", Double(maxTokens)),
    ] where value < 1 {
      throw ValidationError("'\(name)' must be at least 1, but is \(Int(value))")
    }
    for (name, value) in [
      ("--requests-per-minute", requestsPerMinute), ("--tokens-per-minute", tokensPerMinute),
      ("--retry-pause", retryPause), ("--timeout", timeout), ("--stall-timeout", stallTimeout),
      ("--connect-timeout", connectTimeout),
    ] {
      guard let value, !(value > 0 && value.isFinite) else { continue }
      throw ValidationError("'\(name)' must be positive, but is \(value)")
    }
  }

  /// Whether a language model is meant.
  package var namesServer: Bool {
    !url.isEmpty || model.contains { server(of: $0) != nil }
  }

  /// The voters that these options describe: each model as often as it votes, in the order of the options.
  ///
  /// - Parameters:
  ///   - asks: whether a server may be asked; a replay needs none.
  ///   - votes: how often each model votes.
  package func voters<Question: JudgeQuestion>(
    about: Question.Type, asks: Bool, votes: Int = 1
  ) throws -> [any Judge<Question>] {
    let environment = ProcessInfo.processInfo.environment
    // A variable that is set to nothing is not set.
    func fallback(_ name: String) -> [String] { [environment[name] ?? ""].filter { !$0.isEmpty } }
    let names = model.isEmpty ? fallback("JUDGE_MODEL") : model
    guard !names.isEmpty, !names.contains("") else {
      throw UsageError("which model judges? give '--model' or set JUDGE_MODEL")
    }
    let prompt: JudgePrompt<Question> = try words()
    var settings = try sharedSettings(environment)
    if temperature == nil, votes > 1 { settings.temperature = 0.7 }
    let urls = url.isEmpty ? fallback("JUDGE_URL") : url
    return try names.flatMap { name in
      var own = settings
      if let server = server(of: name) {
        own.model = server.model
        own.urls = [server.url]
      } else {
        own.model = name
        own.urls = urls
      }
      guard !own.urls.isEmpty || !asks else {
        throw UsageError("where is the judge? give '--url' or set JUDGE_URL")
      }
      let client = ChatClient(own)
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
  private func sharedSettings(_ environment: [String: String]) throws -> ChatSettings {
    var settings = ChatSettings(urls: [], model: "")
    settings.key = try key(environment)
    settings.temperature = temperature ?? 0
    settings.maximumTokens = maxTokens
    if let extraBody {
      guard let extra = ExtraBody(extraBody) else {
        throw UsageError("'--extra-body' must be a JSON object")
      }
      settings.extraBody = extra
    }
    settings.usesSchema = !noSchema
    settings.concurrency = concurrency
    settings.requestsPerMinute = requestsPerMinute
    settings.tokensPerMinute = tokensPerMinute
    settings.attempts = attempts
    settings.firstPause = retryPause
    settings.totalLimit = timeout
    settings.stallLimit = stallTimeout
    settings.http.connectLimit = connectTimeout
    settings.http.caFile = caFile
    settings.http.isInsecure = insecure
    settings.seed = seed
    return settings
  }

  private func key(_ environment: [String: String]) throws -> APIKey? {
    let text: String
    if let apiKeyFile {
      text = String(decoding: try readWholeFile(apiKeyFile), as: UTF8.self)
    } else if let key = environment["JUDGE_API_KEY"], !key.isEmpty {
      text = key
    } else {
      return nil
    }
    guard let key = APIKey(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw UsageError("the key is empty or has characters that no key has")
    }
    return key
  }

  private func words<Question>() throws -> JudgePrompt<Question> {
    guard let prompt else { return JudgePrompt() }
    let text = String(decoding: try readWholeFile(prompt), as: UTF8.self)
    guard let words = JudgePrompt<Question>(template: text) else {
      let marks = Question.requiredMarks.map { "{{\($0)}}" }.joined(separator: " and ")
      throw UsageError("\(prompt): the marks \(marks) must stand in it")
    }
    return words
  }

  private func readWholeFile(_ path: String) throws -> [UInt8] {
    let file = try FileReader(path: path)
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return bytes }
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
