import ArgumentParser
import Diagnostics
import Filters
import Foundation
import Inquiries
import ModelServers
import RemoteSampling

/// Servers that sample, and how they are asked.
struct FleetArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Sample from a server, such as http://localhost:8000/v1; may be given several times. (default: ROLLOUT_URL where \
      nothing else is named)
      """, valueName: "url"))
  var url: [String] = []

  @Option(help: ArgumentHelp("The policy's name on the servers. (default: ROLLOUT_MODEL)"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      """
      The servers' protocol: OpenAI's 'chat' or 'completions', as vLLM and others speak it, or 'sglang', its own. \
      All but chat need '--tokenizer' or '--chat-format' for the prompt.
      """, valueName: "protocol"))
  var api: SamplingAPI = .chat

  @Option(
    help: ArgumentHelp(
      """
      The Hugging Face folder whose tokenizer decodes the servers' tokens, and makes prompts where the servers do not. \
      (default: the folder of '--load-policy', where it has one that can be read)
      """, valueName: "folder"), completion: .directory)
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "How many responses one request asks for; each has a seed of its own where it is 1.",
      valueName: "count"))
  var samplesPerRequest = 1

  @Option(
    help: ArgumentHelp(
      """
      What the servers' log-probabilities are under: the policy's own distribution ('raw', vLLM's default), the \
      distribution after penalties and temperature ('tempered', SGLang's), or that which is drawn from ('processed'). \
      (default: 'tempered' with '--api sglang', else 'raw')
      """, valueName: "kind"))
  var serverLogprobs: LogProbabilityKind?

  @Option(
    help: ArgumentHelp(
      "Further members of the request, which replace those of the same name.", valueName: "json"))
  var extraBody: String?

  @Option(
    help: ArgumentHelp(
      """
      Leave this member out of requests, for servers that refuse it; may be given several times. Members that change \
      what is sampled cannot be left out.
      """, valueName: "member"))
  var omit: [String] = []

  @Option(
    help: ArgumentHelp(
      "Append what is sampled to this file, as plain JSON Lines, and sample nothing twice that it holds.",
      valueName: "file"), completion: .file())
  var log: String?

  @Option(
    help: ArgumentHelp(
      "The share of the responses that may fail, and are then missing, before the run ends with status 69.",
      valueName: "share"))
  var maxFailures = 0.0

  @Option(
    help: ArgumentHelp(
      "Make every server load this policy first, by this path, and sample only when all serve it.",
      valueName: "folder"), completion: .directory)
  var loadPolicy: String?

  @Option(
    help: ArgumentHelp(
      "How servers load a policy: 'sglang', 'vllm', or 'custom' requests. (default: 'sglang' with '--api sglang', else 'vllm')",
      valueName: "way"))
  var loadWith: LoadingWay?

  @Option(
    help: ArgumentHelp("Where a custom request to load is posted.", valueName: "path"))
  var loadPath: String?

  @Option(
    help: ArgumentHelp(
      "The body of a custom request to load; {{policy}} stands for the folder.", valueName: "json"))
  var loadBody = #"{"path":"{{policy}}"}"#

  @Option(
    help: ArgumentHelp(
      "What is got of a server after a custom request to load; it must name the folder.",
      valueName: "path"))
  var loadCheck: String?

  @OptionGroup var connection: ConnectionArguments

  /// The log, and what is read: keys, certificates, and the files of folders.
  var namedFiles: [NamedFile] {
    [log].compactMap { $0.map { NamedFile("'--log'", $0, .log) } } + connection.namedFiles
      + [("'--tokenizer'", tokenizer), ("'--load-policy'", loadPolicy)].flatMap { name, folder in
        folder.map { NamedFile.policy(name, $0) } ?? []
      }
  }

  /// How servers load a policy.
  enum LoadingWay: String, CaseIterable, ExpressibleByArgument { case sglang, vllm, custom }

  mutating func validate() throws {
    guard samplesPerRequest >= 1 else {
      throw ValidationError(
        "'--samples-per-request' must be at least 1, but is \(samplesPerRequest)")
    }
    guard (0...1).contains(maxFailures) else {
      throw ValidationError("'--max-failures' must be between 0 and 1, but is \(maxFailures)")
    }
    if loadPolicy == nil, loadWith != nil || loadPath != nil || loadCheck != nil {
      throw ValidationError("'--load-with', '--load-path' and '--load-check' need '--load-policy'")
    }
    if (loadWith == .custom) != (loadPath != nil) {
      throw ValidationError("'--load-with custom' and '--load-path' need each other")
    }
  }

  /// The servers: those named, or the environment's.
  var servers: [String] { url.isEmpty ? environmentValue("ROLLOUT_URL").map { [$0] } ?? [] : url }

  /// The members of requests that are added, replaced and left out.
  ///
  /// A record says how its response was sampled, so what is left out must be the servers' default.
  func extraMembers(_ sampling: SamplingArguments) throws -> ExtraBody {
    for (name, option, value) in [
      ("temperature", "--temperature", sampling.temperature), ("top_p", "--top-p", sampling.topP),
    ] where omit.contains(name) && value != 1 {
      throw UsageError("'--omit \(name)' needs '\(option) 1', which servers take by default")
    }
    return try Inquiries.extraMembers(extraBody, omitting: omit, of: api.omittableMembers)
  }

  /// What every server must load first.
  func servedPolicy() throws -> ServedPolicy? {
    guard let loadPolicy else { return nil }
    guard FileManager.default.fileExists(atPath: loadPolicy + "/config.json") else {
      throw SystemError("read", path: loadPolicy + "/config.json", code: ENOENT)
    }
    // The servers do not stand where this tool does.
    let folder = URL(fileURLWithPath: loadPolicy).standardizedFileURL.path
    switch loadWith ?? (api == .sglang ? .sglang : .vllm) {
    case .sglang: return ServedPolicy(folder: folder, .sglang)
    case .vllm: return ServedPolicy(folder: folder, .vllm)
    case .custom:
      return ServedPolicy(
        folder: folder, .custom(path: loadPath ?? "", body: loadBody, check: loadCheck))
    }
  }
}

extension SamplingAPI: ExpressibleByArgument {}
extension LogProbabilityKind: ExpressibleByArgument {}
