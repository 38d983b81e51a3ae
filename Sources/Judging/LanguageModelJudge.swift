// A judge that is a language model behind a server.

package import ChatCompletions
package import Diagnostics
import Fingerprints
import JSONLines
package import ModelServers
import Synchronization

/// Asks a language model for all entries of an answer at once, and once more for those that its reply left out.
///
/// A reply that cannot be used (`ReplyFault`) is asked for again, as often as the servers' settings allow. Where the last reply that
/// came still contradicts itself on some ids, those have no entry.
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
  package func noteKnownReply() { client.noteKnownReply() }
  package var standingRefusal: (any ToolError)? { client.standingRefusal }

  package func reply(
    to question: Question, fingerprint: String,
    noteFault: @escaping @Sendable (CallFault) -> Void
  ) async throws -> JudgeReply<Question.Entry> {
    let ids = question.ids
    var asked = try await ask(question, for: ids, fingerprint: fingerprint, noteFault)
    let missing = ids.filter { id in !asked.read.entries.contains { $0.id == id } }
    guard case .entries = asked.reply.outcome, !missing.isEmpty, Question.asksForMissing,
      asked.read.contradicted.isEmpty
    else { return asked.reply }
    // One reply was usable, so what the second one lacks is left undecided.
    let second = try await ask(
      question, for: missing, fingerprint: fingerprint + ", missing entries"
    ) { [attempts = asked.reply.attempts] fault in
      var fault = fault
      fault.attempt += attempts
      noteFault(fault)
    }
    asked.read.entries += second.read.entries
    asked.reply.outcome = .entries(asked.read.entries)
    if Question.needsEveryEntry, asked.read.entries.count < ids.count {
      let lacking = missing.filter { id in !second.read.entries.contains { $0.id == id } }
      asked.reply.outcome = .failure(
        reason: "the replies left out \(lacking.map(String.init).joined(separator: ", "))")
    }
    asked.reply.add(second.reply)
    return asked.reply
  }

  /// What asking once, with all its attempts, came to.
  private struct Asked {
    /// Without entries where no reply could be used.
    var read = ReadEntries<Question.Entry>()
    var reply: JudgeReply<Question.Entry>
  }

  private func ask(
    _ question: Question, for ids: [Int], fingerprint: String,
    _ noteFault: @escaping @Sendable (CallFault) -> Void
  ) async throws -> Asked {
    // Unknown to whoever wrote the material, and the same in every run with this seed.
    let marker = String(
      SHA256.hexadecimalDigest(of: Array("\(settings.servers.seed) \(fingerprint)".utf8)).prefix(16)
    )
    let message = ChatMessage(
      role: "user", content: prompt.text(question, asking: ids, marker: marker))
    let wanted = Set(ids)
    let unusable = UnusableReplies<Question.Entry>()
    let (prompt, examples) = (prompt, prompt.examples)
    let outcome = try await client.complete(
      ChatRequest(
        messages: [message], schema: replySchema(for: ids, code: marker), label: fingerprint),
      noteFault: noteFault
    ) { reply -> ReplyUse<(ReadEntries<Question.Entry>, text: String)> in
      let read = ReadEntries<Question.Entry>(
        reply: reply.text, ids: wanted, code: marker, material: question.material,
        examples: examples, prompt: prompt.template)
      let isCutOff = reply.isCutOff
      let fault =
        read.fault(isCutOff: isCutOff)
        ?? (Question.asksForMissing ? nil : read.faultOfWhole(isCutOff: isCutOff))
        ?? question.complaint(about: read.entries).map(ReplyFault.unfit)
      guard let fault else { return .usable((read, reply.text)) }
      unusable.add(UnusableReply(text: reply.text, fault), read)
      return .unusable(reason: fault.reason, remark: fault.remark)
    }
    var reply = JudgeReply<Question.Entry>(
      outcome: .entries([]), text: nil, attempts: outcome.attempts,
      latencyMilliseconds: outcome.milliseconds)
    reply.unusable = unusable.replies
    switch outcome.result {
    case .success(let (read, text)):
      reply.text = text
      reply.outcome = .entries(read.entries)
      reply.noteDropped(read)
      return Asked(read: read, reply: reply)
    case .failure(let failure):
      // What a reply says twice and differently is undecided; where the rest may stand alone, it does.
      if Question.asksForMissing, !Question.needsEveryEntry, let read = unusable.contradictory {
        reply.outcome = .entries(read.entries)
        reply.noteDropped(read)
        return Asked(read: read, reply: reply)
      }
      reply.outcome = .failure(reason: failure.reason)
      return Asked(reply: reply)
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

/// The replies to one request that could not be used.
private final class UnusableReplies<Entry: JudgementEntry>: Sendable {
  private let state = Mutex<(replies: [UnusableReply], contradictory: ReadEntries<Entry>?)>(
    ([], nil))

  func add(_ reply: UnusableReply, _ read: ReadEntries<Entry>) {
    state.withLock { state in
      state.replies.append(reply)
      if reply.kind == .contradiction, !read.entries.isEmpty { state.contradictory = read }
    }
  }

  var replies: [UnusableReply] { state.withLock { $0.replies } }
  /// The last one that contradicts itself, but not on everything.
  var contradictory: ReadEntries<Entry>? { state.withLock { $0.contradictory } }
}

extension JudgeReply {
  fileprivate mutating func noteDropped(_ read: ReadEntries<Entry>) {
    dropped = read.dropped
    firstDropped = read.firstDropped
  }

  /// Adds what it took to ask for what the first reply left out.
  fileprivate mutating func add(_ second: JudgeReply) {
    text = [text, second.text].compactMap { $0 }.joined(separator: "\n")
    attempts += second.attempts
    latencyMilliseconds = (latencyMilliseconds ?? 0) + (second.latencyMilliseconds ?? 0)
    dropped += second.dropped
    firstDropped = firstDropped ?? second.firstDropped
    unusable += second.unusable
  }
}
