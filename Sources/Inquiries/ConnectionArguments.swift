import ArgumentParser
package import Filters
import Foundation
import HTTPClient
import JSONLines
package import ModelServers

/// How servers are connected to, and how hard they are asked.
package struct ConnectionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file that holds the key. (default: the key in JUDGE_API_KEY, or ROLLOUT_API_KEY for rollouts)",
      valueName: "file"),
    completion: .file())
  var apiKeyFile: String?

  @Option(
    help: ArgumentHelp(
      """
      A header to send with every request; may be given several times. NAME=@FILE takes the value from a file, \
      NAME=env:VARIABLE from the environment. Values are never shown.
      """, valueName: "name=value"))
  var header: [String] = []

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
      "Trust the certificates of this file instead of the system's. (default: SSL_CERT_FILE, SSL_CERT_DIR)",
      valueName: "file"),
    completion: .file())
  var caFile: String?

  @Flag(help: "Take any certificate for good; your key and data can be read on the way.")
  package var insecure = false

  /// Says what the options give up.
  package func tellOfRisks(to run: ToolRun) {
    if insecure { run.note("certificates are not verified ('--insecure')") }
  }

  package init() {}

  /// The files that keys and certificates are read from.
  package var namedFiles: [NamedFile] {
    let headers = header.compactMap { option -> NamedFile? in
      guard let equals = option.firstIndex(of: "="), option[equals...].hasPrefix("=@") else {
        return nil
      }
      return NamedFile(
        "'--header \(option[..<equals])'", String(option[equals...].dropFirst(2)), .read)
    }
    return [("'--api-key-file'", apiKeyFile), ("'--ca-file'", caFile)].compactMap { name, path in
      path.map { NamedFile(name, $0, .read) }
    } + headers
  }

  package mutating func validate() throws {
    for (name, value) in [("--concurrency", concurrency), ("--attempts", attempts)] where value < 1
    {
      throw ValidationError("'\(name)' must be at least 1, but is \(value)")
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

  /// The settings that these options describe, without servers.
  ///
  /// - Parameter keyVariable: the environment's variable that holds the key where no file does.
  package func settings(keyVariable: String) throws -> ServerSettings {
    var settings = ServerSettings()
    settings.key = try key(variable: keyVariable)
    settings.concurrency = concurrency
    settings.requestsPerMinute = requestsPerMinute
    settings.tokensPerMinute = tokensPerMinute
    settings.attempts = attempts
    settings.firstPause = retryPause
    settings.totalLimit = timeout
    settings.stallLimit = stallTimeout
    settings.http.connectLimit = connectTimeout
    settings.headers = try header.map(requestHeader)
    settings.http.caFile = caFile ?? environmentValue("SSL_CERT_FILE")
    settings.http.caFolder = caFile == nil ? environmentValue("SSL_CERT_DIR") : nil
    settings.http.isInsecure = insecure
    return settings
  }

  private func key(variable: String) throws -> APIKey? {
    let text: String
    if let apiKeyFile {
      text = String(decoding: try wholeFile(apiKeyFile), as: UTF8.self)
    } else if let key = environmentValue(variable) {
      text = key
    } else {
      return nil
    }
    guard let key = APIKey(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw UsageError("the key is empty or has characters that no key has")
    }
    return key
  }
}

/// The value of a variable of the environment; one that is set to nothing is not set.
package func environmentValue(_ name: String) -> String? {
  ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// A header as `--header` says it. Errors name no value.
private func requestHeader(_ option: String) throws -> RequestHeader {
  guard let equals = option.firstIndex(of: "=") else {
    throw UsageError("'--header' must be NAME=VALUE, NAME=@FILE or NAME=env:VARIABLE")
  }
  let name = String(option[..<equals])
  var value = String(option[option.index(after: equals)...])
  if value.hasPrefix("@") {
    value = String(decoding: try wholeFile(String(value.dropFirst())), as: UTF8.self)
  } else if value.hasPrefix("env:") {
    let variable = String(value.dropFirst(4))
    guard let found = environmentValue(variable) else {
      throw UsageError("'--header \(name)': the environment has no variable '\(variable)'")
    }
    value = found
  }
  guard
    let header = RequestHeader(
      name: name, value: value.trimmingCharacters(in: .whitespacesAndNewlines))
  else {
    throw UsageError("'--header \(name)': the name or the value has characters that no header has")
  }
  return header
}

/// What `--extra-body` and `--omit` say.
///
/// - Parameter known: the members that can be left out.
package func extraMembers(
  _ json: String?, omitting omitted: [String], of known: [String]
) throws -> ExtraBody {
  var extra = ExtraBody()
  if let json {
    guard let given = ExtraBody(json) else {
      throw UsageError("'--extra-body' must be a JSON object")
    }
    extra = given
  }
  for name in omitted {
    guard known.contains(name) else {
      throw UsageError("'--omit \(name)': only \(known.joined(separator: ", ")) can be left out")
    }
    guard !extra.names(name) else {
      throw UsageError("'--omit' and '--extra-body' both name '\(name)'")
    }
  }
  extra.omitted = Set(omitted)
  return extra
}

/// A small file's bytes.
func wholeFile(_ path: String) throws -> [UInt8] {
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
