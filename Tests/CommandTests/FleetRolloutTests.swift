import Foundation
import JSONLines
import RandomStreams
import Steps
import Synchronization
import TestSupport
import Testing

@Suite("srar-rollout from servers", .serialized)
struct FleetRolloutTests {
  private func problems(_ count: Int) -> Data {
    let lines = (1...count).map {
      #"{"id":"p\#($0)","problem":"Problem \#($0)?","ground_truth":"3","messages":[{"role":"user","content":"Problem \#($0)?"}]}"#
    }
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  private func sample(
    _ servers: [FleetServer], _ count: Int, _ more: [String] = []
  ) throws -> ToolProcess.Result {
    let tool = try ToolProcess(
      "srar-rollout",
      servers.flatMap { ["--url", $0.url] }
        + ["--model", "m", "--plain", "--retry-pause", "0.02", "-n", "4"] + more)
    tool.write(problems(count))
    return tool.finish(within: 120)
  }

  /// Checks every record against what the server makes of the problem and the seed; gives the responses' seeds.
  private func expectExact(
    _ result: ToolProcess.Result, count: Int, hasTokens: Bool = true, prompt: (Int) -> String
  ) throws -> Set<String> {
    let lines = result.text.split(separator: "\n")
    #expect(lines.count == count * 4)
    var answers: Set<String> = []
    for (offset, line) in lines.enumerated() {
      let root = try JSONDocument(parsing: Array(line.utf8)).root
      let number = offset / 4 + 1
      #expect(root["id"]?.string == "p\(number)")
      let rollout = try #require(root["rollout"])
      #expect(rollout["index"]?.integer == offset % 4)
      let response = try #require(rollout["response"]?.string)
      let digits = try #require(response.firstMatch(of: /\\boxed\{(\d+)\}$/)?.1)
      let expected = FleetServer.Sample(prompt: prompt(number), seed: try #require(UInt64(digits)))
      #expect(response == expected.text)
      answers.insert("\(number) \(digits)")
      let steps = try #require(rollout["steps"]?.elements)
      #expect(rollout["finish_reason"]?.string == "stop")
      guard hasTokens else {
        #expect(rollout["tokens"] == nil && rollout["logprobs"] == nil)
        #expect(steps.allSatisfy { $0["tokens"] == nil && $0["bytes"] != nil })
        continue
      }
      #expect(rollout["tokens"]?.integers == expected.pieces.map(FleetServer.Sample.id))
      #expect(
        rollout["logprobs"]?.doubles == expected.pieces.map(FleetServer.Sample.logProbability))
      var end = 0
      let ranges = expected.pieces.map { piece in
        defer { end += piece.count }
        return end..<end + piece.count
      }
      let exact = withTokenSpans(
        Steps.steps(of: response, style: .headers), tokenBytes: ranges)
      #expect(
        steps.map { $0["tokens"]?.integers ?? [] }
          == exact.map { [$0.tokens?.lowerBound ?? -1, $0.tokens?.upperBound ?? -1] },
        "\(expected.pieces)")
    }
    #expect(answers.count == count * 4, "a sample came twice")
    return answers
  }

  @Test(
    "each protocol gives text, tokens, log-probabilities and exact spans",
    arguments: [
      (["--api", "chat"], false), (["--api", "chat", "--samples-per-request", "3"], false),
      (["--api", "completions", "--chat-format", "chatml"], true),
      (["--api", "completions", "--chat-format", "chatml", "--samples-per-request", "4"], true),
      (["--api", "sglang", "--chat-format", "chatml"], true),
      (["--api", "sglang", "--chat-format", "chatml", "--samples-per-request", "2"], true),
    ])
  func protocols(options: [String], isRendered: Bool) throws {
    let server = try FleetServer()
    defer { server.stop() }
    let result = try sample([server], 20, options)
    #expect(result.status == 0, "\(result.errorText)")
    _ = try expectExact(result, count: 20) { number in
      isRendered
        ? "<|im_start|>user\nProblem \(number)?<|im_end|>\n<|im_start|>assistant\n"
        : "Problem \(number)?"
    }
    // The same seed, the same records; another one, others.
    #expect(try sample([server], 20, options).output == result.output)
    #expect(try sample([server], 20, options + ["--seed", "2"]).output != result.output)
  }

  @Test("all sampling options are asked for under the protocol's names, and stand in the record")
  func options() throws {
    let server = try FleetServer()
    defer { server.stop() }
    let options = [
      "--temperature", "0.7", "--top-p", "0.9", "--top-k", "20", "--min-p", "0.05",
      "--presence-penalty", "0.5", "--frequency-penalty", "0.25", "--repetition-penalty", "1.5",
      "--stop", "END", "--max-response-tokens", "77", "--extra-body", #"{"priority":3}"#,
    ]
    for (api, names) in [
      ("chat", ["\"max_tokens\":77", "\"include_stop_str_in_output\":true", "\"seed\":"]),
      ("sglang", ["\"max_new_tokens\":77", "\"no_stop_trim\":true", "\"sampling_seed\":"]),
    ] {
      let result = try sample([server], 1, ["--api", api, "--chat-format", "chatml"] + options)
      #expect(result.status == 0, "\(result.errorText)")
      for member in [
        #""temperature":0.7"#, #""top_p":0.9"#, #""top_k":20"#, #""min_p":0.05"#,
        #""presence_penalty":0.5"#, #""frequency_penalty":0.25"#, #""repetition_penalty":1.5"#,
        #""stop":["END"]"#, #""priority":3"#,
      ] + names {
        #expect(server.now.request.contains(member), "\(member) in \(server.now.request)")
      }
      #expect(result.text.contains(#""sampling":{"temperature":0.7,"top_p":0.9,"top_k":20"#))
      // Raw ones are raw; tempered ones are neither here.
      #expect(result.text.contains("\"raw_logprobs\"") == (api == "chat"))
      #expect(!result.text.contains("\"logprobs\""))
      #expect(result.errorText.contains("no log-probabilities under the distribution"))
    }
  }

  @Test(
    "log-probabilities stand under the distribution that they are of",
    arguments: [
      ("raw", ["--temperature", "1"], "logprobs"),
      ("raw", ["--temperature", "0.5"], "raw_logprobs"),
      ("tempered", ["--temperature", "0.5"], "logprobs"),
      ("tempered", ["--top-p", "0.5"], "raw_logprobs"),
      ("processed", ["--temperature", "0.5", "--top-p", "0.5"], "logprobs"),
      ("processed", ["--temperature", "0", "--top-p", "0.5"], ""),
    ])
  func kinds(kind: String, options: [String], member: String) throws {
    let server = try FleetServer()
    defer { server.stop() }
    let result = try sample([server], 1, ["--server-logprobs", kind] + options)
    #expect(result.status == 0, "\(result.errorText)")
    for name in ["logprobs", "raw_logprobs"] {
      #expect(result.text.contains("\"\(name)\":") == (name == member), "\(result.text)")
    }
  }

  @Test(
    "a server that names no tokens gives text alone, also one that refuses to be asked for them")
  func textAlone() throws {
    for style in [FleetServer.Style.textAlone, .strict] {
      let server = try FleetServer(style: style)
      defer { server.stop() }
      let result = try sample([server], 5)
      #expect(result.status == 0, "\(result.errorText)")
      _ = try expectExact(result, count: 5, hasTokens: false) { "Problem \($0)?" }
      #expect(result.errorText.contains("text only: the server names no tokens"))
    }
    let server = try FleetServer(style: .idsAlone)
    defer { server.stop() }
    let result = try sample([server], 5, ["--attempts", "1"])
    #expect(result.status == 69)
    #expect(result.errorText.contains("'--tokenizer' with the policy's folder"))
  }

  /// Everything that goes wrong, drawn anew for each call.
  private static let faults: FleetServer.Fault = { call, good in
    var random = RandomStream(seed: 11, "fleet", call)
    switch random.integer(in: 0..<100) {
    case 0..<3: return .respond(status: 429, body: Data())
    case 3..<8: return .respond(status: 500, body: Data("oops".utf8))
    case 8..<13: return .reset(body: good)
    case 13..<18: return .trickle(body: good, pieces: 5, pause: 0.01)
    case 18..<20: return .silence(seconds: 2)
    case 20..<25: return .respond(status: 200, body: good.prefix(good.count / 2))
    case 25..<28: return .respond(status: 200, body: Data([0x7B, 0x22, 0xFF, 0x22, 0x7D]))
    case 28..<30: return .respond(status: 200, body: Data("{\"choices\":[]}".utf8))
    case 30..<32:
      // An engine that was stopped for new weights.
      let text = String(decoding: good, as: UTF8.self)
      return .respond(status: 200, body: Data(text.replacing("\"stop\"", with: "\"abort\"").utf8))
    default: return nil
    }
  }

  @Test(
    "servers that misbehave in every way lose no sample and double none: the records are those of good ones",
    arguments: [
      ["--api", "chat"],
      ["--api", "sglang", "--chat-format", "chatml", "--samples-per-request", "2"],
    ])
  func misbehaving(options: [String]) throws {
    let folder = try TemporaryFolder()
    let good = try FleetServer()
    let bad = try [FleetServer(fault: Self.faults), FleetServer(fault: Self.faults)]
    defer { ([good] + bad).forEach { $0.stop() } }
    let expected = try sample([good], 150, options)
    let result = try sample(
      bad, 150, options + ["--timeout", "1", "--attempts", "12", "--log", folder.path("log")])
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.output == expected.output)
    #expect(bad.allSatisfy { $0.now.calls > 50 })
    // The log holds everything, once.
    let log = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
    #expect(log.split(separator: "\n").count == (options.count > 2 ? 300 : 600))
    let calls = bad.map(\.now.calls)
    let again = try sample(bad, 150, options + ["--log", folder.path("log")])
    #expect(again.output == expected.output && bad.map(\.now.calls) == calls)
  }

  @Test(
    "a killed run loses at most the calls under way, and goes on from the log to the same records")
  func killed() throws {
    let folder = try TemporaryFolder()
    let server = try FleetServer()
    defer { server.stop() }
    let log = ["--log", folder.path("log"), "--concurrency", "4"]
    let tool = try ToolProcess(
      "srar-rollout", ["--url", server.url, "--model", "m", "--plain", "-n", "4"] + log)
    tool.write(problems(100))
    while server.now.calls < 40 { Thread.sleep(forTimeInterval: 0.002) }
    kill(tool.processIdentifier, SIGKILL)
    #expect(tool.finish().diedOfSignal)
    let calls = server.now.calls
    let result = try sample([server], 100, log)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.output == (try sample([server], 100)).output)
    #expect(server.now.calls - calls - 400 <= 400 - calls + 4)
  }

  @Test(
    "all servers serve the policy before the first sample",
    arguments: [
      ["--api", "sglang", "--chat-format", "chatml"], ["--load-with", "vllm"],
      ["--load-with", "custom", "--load-path", "/load", "--load-check", "/loaded"],
    ])
  func loads(options: [String]) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("policy"), withIntermediateDirectories: true)
    try folder.write("{}", to: "policy/config.json")
    let early = Mutex(0)
    let servers = try (0..<3).map { _ in try FleetServer() }
    defer { servers.forEach { $0.stop() } }
    let watched = try FleetServer { _, _ in
      if !servers.allSatisfy({ $0.now.loads == 1 }) { early.withLock { $0 += 1 } }
      return nil
    }
    defer { watched.stop() }
    let result = try sample(
      servers + [watched], 10, options + ["--load-policy", folder.path("policy")])
    #expect(result.status == 0, "\(result.errorText)")
    #expect(early.withLock { $0 } == 0)
    for server in servers + [watched] {
      #expect(server.now.loads == 1 && server.now.weights.hasSuffix("/policy"))
    }
  }

  @Test(
    "a server that keeps old weights is an error, and nothing is sampled",
    arguments: [
      ["--api", "sglang", "--chat-format", "chatml"], ["--load-with", "vllm"],
      ["--load-with", "custom", "--load-path", "/load", "--load-check", "/loaded"],
      ["--load-with", "custom", "--load-path", "/no-such"],
    ])
  func keepsOldWeights(options: [String]) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("policy"), withIntermediateDirectories: true)
    try folder.write("{}", to: "policy/config.json")
    let servers = try [FleetServer(), FleetServer(obeys: false)]
    defer { servers.forEach { $0.stop() } }
    let result = try sample(servers, 10, options + ["--load-policy", folder.path("policy")])
    #expect(result.status == 69)
    #expect(result.errorText.contains("does not serve the policy"), "\(result.errorText)")
    #expect(servers.allSatisfy { $0.now.calls == 0 } && result.output.isEmpty)
  }

  @Test(
    "nothing is sampled before a prefix cache of old weights is emptied", arguments: [2, 1000])
  func holdsCache(times: Int) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("policy"), withIntermediateDirectories: true)
    try folder.write("{}", to: "policy/config.json")
    let server = try FleetServer(cacheHolds: times)
    defer { server.stop() }
    let result = try sample(
      [server], 10, ["--load-policy", folder.path("policy"), "--attempts", "4"])
    if times == 2 {
      #expect(result.status == 0, "\(result.errorText)")
      #expect(server.now.calls == 40 && server.now.loads == 3)
    } else {
      #expect(result.status == 69)
      #expect(result.errorText.contains("hold the cache"), "\(result.errorText)")
      #expect(server.now.calls == 0 && result.output.isEmpty)
    }
  }

  @Test(
    "a server that dies and comes back with its first weights loads the policy again before it samples"
  )
  func comesBack() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path("policy"), withIntermediateDirectories: true)
    try folder.write("{}", to: "policy/config.json")
    let options = [
      "--api", "sglang", "--chat-format", "chatml", "--load-policy", folder.path("policy"),
      "--attempts", "30", "--concurrency", "8",
    ]
    let steady = try FleetServer()
    defer { steady.stop() }
    let expected = try sample([steady], 100, options)
    let dies = DispatchSemaphore(value: 0)
    let mortal = try FleetServer { call, _ in
      if call == 60 { dies.signal() }
      return nil
    }
    let port = mortal.port
    Thread {
      dies.wait()
      mortal.stop()
      Thread.sleep(forTimeInterval: 0.2)
      for _ in 0..<100 {
        if (try? mortal.start(port: port)) != nil { break }
        Thread.sleep(forTimeInterval: 0.02)
      }
    }.start()
    let result = try sample([mortal], 100, options)
    mortal.stop()
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.output == expected.output)
    #expect(mortal.now.loads >= 2 && mortal.now.weights.hasSuffix("/policy"))
  }

  @Test("responses that fail are missing, named and counted, as far as '--max-failures' allows")
  func failures() throws {
    let folder = try TemporaryFolder()
    let server = try FleetServer { call, _ in
      call % 10 == 0 ? .respond(status: 500, body: Data("no".utf8)) : nil
    }
    defer { server.stop() }
    let options = ["--attempts", "1", "--concurrency", "1", "--metrics", folder.path("metrics")]
    let strict = try sample([server], 10, options)
    #expect(strict.status == 69)
    #expect(strict.errorText.contains("more than '--max-failures' allows"))
    let lenient = try sample([server], 10, options + ["--max-failures", "0.2"])
    #expect(lenient.status == 0, "\(lenient.errorText)")
    #expect(lenient.text.split(separator: "\n").count == 36)
    #expect(lenient.errorText.contains("lacks 1: status 500: no"), "\(lenient.errorText)")
  }

  @Test("what is missing or does not go together is said")
  func usage() throws {
    for (arguments, complaint) in [
      (["--url", "http://x"], "which model samples?"),
      (["--url", "http://x", "--model", "m", "--api", "sglang"], "needs '--tokenizer'"),
      (["--url", "http://x", "--policy", "p"], "'--policy' and '--url' exclude each other"),
      ([], "give '--policy' or '--url' to sample"),
      (["--polcy", "p"], "Unknown option '--polcy'"),
      (["--url", "http://x", "--load-with", "vllm"], "need '--load-policy'"),
      (["--url", "http://x", "--load-policy", "p", "--load-with", "custom"], "need each other"),
      (["--url", "http://x", "--max-failures", "2"], "must be between 0 and 1"),
    ] {
      let result = try ToolProcess.run("srar-rollout", arguments, input: problems(1))
      #expect(result.status == 64)
      #expect(result.errorText.contains(complaint), "\(result.errorText)")
    }
  }
}
