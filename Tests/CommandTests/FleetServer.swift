import Foundation
import RandomStreams
import Synchronization
import TestSupport

/// A server of a policy that speaks vLLM's and SGLang's dialects. A response depends on the problem and the seed alone.
final class FleetServer: Sendable {
  /// What a test makes of a request to sample; nil answers it well.
  typealias Fault = @Sendable (_ call: Int, _ good: Data) -> ServerAnswer?

  /// How tokens are told.
  enum Style: Sendable {
    /// Ids, log-probabilities, and what each token wrote.
    case full
    /// Not what they wrote.
    case idsAlone
    /// A server that names no tokens.
    case textAlone
    /// One that names none and refuses what it does not know.
    case strict
  }

  struct State: Sendable {
    var calls = 0
    /// The policy that is served.
    var weights = "base"
    var loads = 0
    /// How many more times requests of others keep the prefix cache from being emptied.
    var cacheHolds = 0
    /// The last request to sample.
    var request = ""
  }

  let style: Style
  /// Whether a policy is loaded that is to be, or the old one stays.
  let obeys: Bool
  private let fault: Fault
  private let state = Mutex(State())
  private let server = Mutex<LoopbackServer?>(nil)

  init(
    style: Style = .full, obeys: Bool = true, cacheHolds: Int = 0,
    fault: @escaping Fault = { _, _ in nil }
  ) throws {
    self.style = style
    self.obeys = obeys
    self.fault = fault
    state.withLock { $0.cacheHolds = cacheHolds }
    try start(port: 0)
  }

  /// Starts again, as a process would that died: with its first weights.
  func start(port: UInt16) throws {
    // Before anyone can ask it to load others.
    state.withLock { $0.weights = "base" }
    let new = try LoopbackServer(port: port) { [unowned self] in answer($0) }
    server.withLock { $0 = new }
  }

  func stop() { server.withLock { $0?.stop() } }

  var port: UInt16 { server.withLock { $0?.port ?? 0 } }
  var url: String { "http://127.0.0.1:\(port)/v1" }
  var now: State { state.withLock { $0 } }

  private func answer(_ request: ReceivedRequest) -> ServerAnswer {
    let body = (try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]) ?? [:]
    func respond(_ object: Any, status: Int = 200) -> ServerAnswer {
      .respond(
        status: status, body: (try? JSONSerialization.data(withJSONObject: object)) ?? Data())
    }
    func load(_ folder: Any?) {
      state.withLock { state in
        state.loads += 1
        if obeys { state.weights = folder as? String ?? "" }
      }
    }
    // A proxy is asked for whole addresses.
    let path = request.path.replacing(/^http:\/\/[^\/]+/, with: "")
    switch path {
    case "/update_weights_from_disk":
      load(body["model_path"])
      return respond(["success": true, "message": "ok"])
    case "/get_model_info":
      let weights = now.weights
      return respond(["model_path": weights, "weight_version": weights])
    case "/collective_rpc":
      guard obeys else { return respond(["detail": "no such path"], status: 400) }
      load((body["kwargs"] as? [String: Any])?["weights_path"])
      return respond(["results": [NSNull()]])
    case "/reset_prefix_cache":
      let isEmptied = state.withLock { state in
        state.cacheHolds -= 1
        return state.cacheHolds < 0
      }
      return respond(["success": isEmptied])
    case "/load":
      load(body["path"])
      return respond([:])
    case "/loaded": return respond(["path": now.weights])
    case "/v1/chat/completions", "/v1/completions", "/generate": break
    default: return respond(["error": ["message": "no \(path)"]], status: 404)
    }
    if style == .strict, body["return_token_ids"] != nil {
      return respond(["error": ["message": "unknown: return_token_ids"]], status: 400)
    }
    let call = state.withLock { state in
      state.calls += 1
      state.request = String(decoding: request.body, as: UTF8.self)
      return state.calls
    }
    let object = path == "/generate" ? sglang(body) : openAI(body, path)
    let good = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
    return fault(call, good) ?? .respond(status: 200, body: good)
  }

  // MARK: Samples

  /// A response and its tokens.
  struct Sample {
    var text: String
    /// The bytes that each token wrote, the end of the sequence, which wrote none, included.
    var pieces: [[UInt8]]

    /// An id that tells the bytes, nearly always.
    static func id(_ piece: [UInt8]) -> Int {
      piece.reduce(piece.count) { ($0 << 8 | Int($1)) % 2_147_483_629 }
    }
    static func logProbability(_ piece: [UInt8]) -> Double { -Double(id(piece) % 13) / 8 }

    /// What a prompt, its seed and the weights make: characters of one to four bytes, cut anywhere.
    init(prompt: String, seed: UInt64) {
      var random = RandomStream(seed: seed, prompt)
      var text = random.uniform() < 0.5 ? "So: " : ""
      for step in 1...random.integer(in: 1...4) {
        text += "### Step \(step): "
        for _ in 0..<random.integer(in: 1...12) {
          text += random.element(of: ["a", "né", "€ ", "1 + 2 = 3", "\u{1F600}", "界界", "\n", "#"])
        }
        text += "\n"
      }
      text += "\\boxed{\(seed)}"
      self.text = text
      pieces = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let piece = rest.prefix(random.integer(in: 1...4))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      pieces.append([])
    }
  }

  private func seeds(_ parameters: [String: Any], _ key: String) -> [UInt64] {
    let first = (parameters[key] as? NSNumber)?.uint64Value ?? 0
    let count = parameters["n"] as? Int ?? 1
    return (0..<count).map { first + UInt64($0) }
  }

  private func openAI(_ body: [String: Any], _ path: String) -> Any {
    let isChat = path == "/v1/chat/completions"
    let prompt =
      isChat
      ? (body["messages"] as? [[String: String]])?.last?["content"] ?? ""
      : body["prompt"] as? String ?? "\(body["prompt"] ?? "")"
    let namesTokens = style == .full || style == .idsAlone
    let choices = seeds(body, "seed").enumerated().map { index, seed -> [String: Any] in
      let sample = Sample(prompt: prompt, seed: seed)
      var choice: [String: Any] = [
        "index": index, "finish_reason": "stop", "stop_reason": NSNull(),
      ]
      if isChat {
        choice["message"] = ["role": "assistant", "content": sample.text]
      } else {
        choice["text"] = sample.text
      }
      guard namesTokens, body["return_token_ids"] as? Bool == true else { return choice }
      choice["token_ids"] = sample.pieces.map(Sample.id)
      if !isChat { choice["prompt_token_ids"] = [1, 2, 3] }
      guard style == .full else { return choice }
      let shown = sample.pieces.map {
        $0.isEmpty ? "<|im_end|>" : String(decoding: $0, as: UTF8.self)
      }
      if isChat {
        choice["logprobs"] = [
          "content": zip(sample.pieces, shown).map { piece, shown in
            [
              "token": shown, "logprob": Sample.logProbability(piece),
              "bytes": Array(shown.utf8).map(Int.init), "top_logprobs": [Any](),
            ] as [String: Any]
          }
        ]
      } else {
        choice["logprobs"] = [
          "tokens": shown, "token_logprobs": sample.pieces.map(Sample.logProbability),
        ]
      }
      return choice
    }
    var reply: [String: Any] = [
      "choices": Array(choices.reversed()), "usage": ["total_tokens": 40],
    ]
    if isChat, namesTokens { reply["prompt_token_ids"] = [1, 2, 3] }
    return reply
  }

  private func sglang(_ body: [String: Any]) -> Any {
    let prompt = body["text"] as? String ?? "\(body["input_ids"] ?? "")"
    let parameters = body["sampling_params"] as? [String: Any] ?? [:]
    let weights = now.weights
    let replies = seeds(parameters, "sampling_seed").map { seed -> [String: Any] in
      let sample = Sample(prompt: prompt, seed: seed)
      let entries = sample.pieces.map { piece -> [Any] in
        let shown = piece.isEmpty ? "<|im_end|>" : String(decoding: piece, as: UTF8.self)
        return [Sample.logProbability(piece), Sample.id(piece), style == .full ? shown : NSNull()]
      }
      var meta: [String: Any] = [
        "finish_reason": ["type": "stop", "matched": 0], "prompt_tokens": 3,
        "weight_version": weights,
      ]
      guard style != .textAlone else { return ["text": sample.text, "meta_info": meta] }
      meta["output_token_logprobs"] = entries
      return [
        "text": sample.text, "output_ids": sample.pieces.map(Sample.id), "meta_info": meta,
      ]
    }
    return replies.count == 1 ? replies[0] : replies
  }
}
