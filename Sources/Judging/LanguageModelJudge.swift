// A judge that is a language model behind a server.

package import ChatCompletions
import Fingerprints
import JSONLines
import ModelServers

/// Asks a language model for all entries of an answer at once, and once more for those that its reply left out.
package struct LanguageModelJudge<Question: JudgeQuestion>: Judge {
  private let client: ChatClient
  private let settings: ChatSettings
  private let prompt: JudgePrompt<Question>
  private let vote: Int
  package let identity: String

  /// - Parameters:
  ///   - client: the client for `settings`; the voters of one model share it.
  ///   - vote: which of the model's votes this one casts, from 1; each is a question of its own.
  package init(
    _ client: ChatClient, _ settings: ChatSettings, prompt: JudgePrompt<Question>, vote: Int = 1
  ) {
    self.client = client
    self.settings = settings
    self.prompt = prompt
    self.vote = vote
    var json = JSONWriter()
    json.object { identity in
      identity.member("model", settings.model)
      identity.member("prompt", prompt.template)
      identity.member("request", settings.description)
      if !settings.usesSchema { identity.member("schema", false) }
      if vote > 1 { identity.member("vote", vote) }
    }
    self.identity = SHA256.hexadecimalDigest(of: json.bytes)
  }

  package var name: String { settings.model }
  package var concurrency: Int { settings.servers.concurrency }
  package var keepsReplies: Bool { true }
  package var executor: (any TaskExecutor)? { client.executor }

  package func giveUp() { client.giveUp() }

  package func reply(
    to question: Question, fingerprint: String
  ) async throws -> JudgeReply<Question.Entry> {
    let ids = question.ids
    var (read, reply) = try await ask(question, for: ids, fingerprint: fingerprint)
    let missing = ids.filter { id in !read.entries.contains { $0.id == id } }
    guard case .entries = reply.outcome, !missing.isEmpty, Question.asksForMissing else {
      return reply
    }
    // One reply was usable, so what the second one lacks is left undecided.
    let (more, second) = try await ask(
      question, for: missing, fingerprint: fingerprint + ", missing entries")
    read.entries += more.entries
    reply.outcome = .entries(read.entries)
    if Question.needsEveryEntry, read.entries.count < ids.count {
      let lacking = missing.filter { id in !more.entries.contains { $0.id == id } }
      reply.outcome = .failure(
        reason: "the replies left out \(lacking.map(String.init).joined(separator: ", "))")
    }
    reply.text = [reply.text, second.text].compactMap { $0 }.joined(separator: "\n")
    reply.attempts += second.attempts
    reply.latencyMilliseconds = (reply.latencyMilliseconds ?? 0) + (second.latencyMilliseconds ?? 0)
    reply.dropped += second.dropped
    return reply
  }

  private func ask(
    _ question: Question, for ids: [Int], fingerprint: String
  ) async throws -> (ReadEntries<Question.Entry>, JudgeReply<Question.Entry>) {
    // Unknown to whoever wrote the material, and the same in every run with this seed.
    let marker = String(
      SHA256.hexadecimalDigest(of: Array("\(settings.servers.seed) \(fingerprint)".utf8)).prefix(16)
    )
    let message = ChatMessage(
      role: "user", content: prompt.text(question, asking: ids, marker: marker))
    let wanted = Set(ids)
    let outcome = try await client.complete(
      ChatRequest(
        messages: [message], schema: replySchema(for: ids, code: marker), label: fingerprint)
    ) { reply -> ReadReply<(ReadEntries<Question.Entry>, text: String)> in
      let read = ReadEntries<Question.Entry>(
        reply: reply.text, ids: wanted, code: marker, material: question.material)
      if read.entries.isEmpty {
        return .unusable(
          reason: reply.finishReason == "length"
            ? "the reply was cut off before its first entry; raise '--max-tokens'"
            : "the reply has no entry that can be used")
      }
      if let complaint = question.complaint(about: read.entries) {
        return .unusable(reason: complaint)
      }
      return .usable((read, reply.text))
    }
    var reply = JudgeReply<Question.Entry>(
      outcome: .entries([]), text: nil, attempts: outcome.attempts,
      latencyMilliseconds: outcome.milliseconds)
    switch outcome.result {
    case .success(let (read, text)):
      reply.text = text
      reply.outcome = .entries(read.entries)
      reply.dropped = read.dropped
      return (read, reply)
    case .failure(let failure):
      reply.outcome = .failure(reason: failure.reason)
      return (ReadEntries(), reply)
    }
  }

  /// The form of a reply, for servers that enforce one: the code, and an entry for each thing asked about.
  private func replySchema(for ids: [Int], code: String) -> ReplySchema {
    let numbers = ids.map(String.init).joined(separator: ",")
    var members = Question.Entry.schema
    members[0].json = #"{"type":"integer","enum":[\#(numbers)]}"#
    let properties = members.map { "\"\($0.member)\":\($0.json)" }.joined(separator: ",")
    let names = members.map { "\"\($0.member)\"" }.joined(separator: ",")
    let list = Question.Entry.kind.rawValue
    let fewest = Question.asksForMissing ? ids.count : 1
    let json = """
      {"type":"object","properties":{"code":{"type":"string","enum":["\(code)"]},"\(list)":{"type":"array",\
      "minItems":\(fewest),"maxItems":\(ids.count),"items":{"type":"object","properties":{\(properties)},\
      "required":[\(names)],"additionalProperties":false}}},"required":["code","\(list)"],"additionalProperties":false}
      """
    return ReplySchema(name: list, json: Array(json.utf8))
  }
}
