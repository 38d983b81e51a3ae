// A judge that is a language model behind a server.

package import ChatCompletions
import JSONLines
import Rubrics

/// Asks a language model about every item of a rubric at once, and once more about those that its reply left out.
package struct LanguageModelJudge: Judge {
  private let client: ChatClient
  private let settings: ChatSettings
  private let prompt: JudgePrompt

  package init(_ settings: ChatSettings, prompt: JudgePrompt) {
    self.settings = settings
    self.prompt = prompt
    client = ChatClient(settings)
  }

  package var name: String { settings.model }

  package var identity: String {
    var json = JSONWriter()
    json.object { identity in
      identity.member("model", settings.model)
      identity.member("prompt", prompt.template)
      identity.member("request", settings.description)
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  package var concurrency: Int { settings.concurrency }
  package var keepsReplies: Bool { true }

  package func reply(to request: JudgeRequest) async throws -> JudgeReply {
    let fingerprint = request.fingerprint(judge: identity)
    var (read, reply) = try await ask(request, items: request.items, fingerprint: fingerprint)
    let found = Set(read.verdicts.map(\.id))
    let missing = request.items.filter { !found.contains($0.id) }
    guard case .verdicts = reply.outcome, !missing.isEmpty else { return reply }
    // One reply was usable, so what the second one lacks is left undecided.
    let (more, second) = try await ask(
      request, items: missing, fingerprint: fingerprint + ", missing items")
    read.verdicts += more.verdicts
    reply.outcome = .verdicts(read.verdicts)
    reply.text = [reply.text, second.text].compactMap { $0 }.joined(separator: "\n")
    reply.attempts += second.attempts
    reply.latencyMilliseconds = (reply.latencyMilliseconds ?? 0) + (second.latencyMilliseconds ?? 0)
    reply.dropped += second.dropped
    return reply
  }

  private func ask(
    _ request: JudgeRequest, items: [RubricItem], fingerprint: String
  ) async throws -> (ReadVerdicts, JudgeReply) {
    // Unknown to whoever wrote the response, and the same in every run with this seed.
    let marker = String(
      SHA256.hexadecimalDigest(of: Array("\(settings.seed) \(fingerprint)".utf8)).prefix(16))
    let text = prompt.text(for: request, items: items, marker: marker)
    let ids = Set(items.map(\.id))
    let outcome = try await client.complete(
      ChatRequest(
        messages: [ChatMessage(role: "user", content: text)], schema: verdictSchema(ids),
        label: fingerprint)
    ) { reply in
      guard ReadVerdicts(reply: reply.text, ids: ids).verdicts.isEmpty else { return nil }
      return reply.finishReason == "length"
        ? "the reply was cut off before its first verdict; raise '--max-tokens'"
        : "the reply has no verdict that can be used"
    }
    var read = ReadVerdicts()
    var reply = JudgeReply(
      outcome: .verdicts([]), text: nil, attempts: outcome.attempts,
      latencyMilliseconds: outcome.milliseconds)
    switch outcome.result {
    case .success(let answer):
      read = ReadVerdicts(reply: answer.text, ids: ids)
      reply.text = answer.text
      reply.outcome = .verdicts(read.verdicts)
      reply.dropped = read.dropped
    case .failure(let failure): reply.outcome = .failure(reason: failure.reason)
    }
    return (read, reply)
  }
}

/// The form of a reply, for servers that enforce one: an entry for each item, with its number.
private func verdictSchema(_ ids: Set<Int>) -> ReplySchema {
  let numbers = ids.sorted().map(String.init).joined(separator: ",")
  let json = """
    {"type":"object","properties":{"verdicts":{"type":"array","minItems":\(ids.count),"maxItems":\(ids.count),"items":\
    {"type":"object","properties":{"id":{"type":"integer","enum":[\(numbers)]},"satisfied":{"type":"boolean"},\
    "step":{"type":"integer"}},"required":["id","satisfied","step"],"additionalProperties":false}}},\
    "required":["verdicts"],"additionalProperties":false}
    """
  return ReplySchema(name: "verdicts", json: Array(json.utf8))
}
