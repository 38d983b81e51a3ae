import ArgumentParser
import ChatCompletions
import Diagnostics
import Filters
import Foundation
import HTTPClient
import JSONLines
import Judging

/// The servers of a language model that judges, and how they are asked.
struct ChatArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A server that speaks OpenAI's chat completions, such as http://localhost:8000/v1; may be given several times. \
      (default: JUDGE_URL)
      """, valueName: "url"))
  var url: [String] = []

  @Option(help: ArgumentHelp("The model's name. (default: JUDGE_MODEL)", valueName: "name"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "A file that holds the key. (default: the key in JUDGE_API_KEY)", valueName: "file"),
    completion: .file())
  var apiKeyFile: String?

  @Option(help: "The sampling temperature.")
  var temperature = 0.0

  @Option(help: ArgumentHelp("The longest reply.", valueName: "tokens"))
  var maxTokens = 4096

  @Option(
    help: ArgumentHelp(
      "Further members of the request, which replace those of the same name.", valueName: "json"))
  var extraBody: String?

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
  var insecure = false

  @Option(help: "Another seed draws other markers and pauses.")
  var seed: UInt64 = 1

  mutating func validate() throws {
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

  /// The judge that these options describe.
  ///
  /// - Parameter asks: whether a server may be asked; a replay needs none.
  func judge(asks: Bool) throws -> LanguageModelJudge {
    let environment = ProcessInfo.processInfo.environment
    let urls = url.isEmpty ? environment["JUDGE_URL"].map { [$0] } ?? [] : url
    guard let model = model ?? environment["JUDGE_MODEL"], !model.isEmpty else {
      throw UsageError("which model judges? give '--model' or set JUDGE_MODEL")
    }
    guard !urls.isEmpty || !asks else {
      throw UsageError("where is the judge? give '--url' or set JUDGE_URL")
    }
    var settings = ChatSettings(urls: urls, model: model)
    settings.key = try key(environment)
    settings.temperature = temperature
    settings.maximumTokens = maxTokens
    if let extraBody {
      guard let extra = ExtraBody(extraBody) else {
        throw UsageError("'--extra-body' must be a JSON object")
      }
      settings.extraBody = extra
    }
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
    return LanguageModelJudge(settings, prompt: try words())
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

  private func words() throws -> JudgePrompt {
    guard let prompt else { return .standard }
    let text = String(decoding: try readWholeFile(prompt), as: UTF8.self)
    guard let words = JudgePrompt(template: text) else {
      throw UsageError("\(prompt): the marks {{steps}} and {{items}} must stand in it")
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
