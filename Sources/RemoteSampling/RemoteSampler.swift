// The door: a prompt in, rollouts or a reason out.

package import Diagnostics
package import ModelServers
package import Records
import Synchronization

/// Samples from servers of a policy.
package final class RemoteSampler: Sendable {
  private let client: ServerClient
  private let reading: RolloutReading
  private let policy: ServedPolicy?
  private let answersAlone = Mutex(0)

  /// - Parameter policy: what every server must load first; nil where they serve what they are meant to.
  /// - Throws: `ThreadError` where the system gives no thread for the transfers.
  package init(
    _ settings: ServerSettings, _ reading: RolloutReading, policy: ServedPolicy?
  ) throws(ThreadError) {
    self.reading = reading
    self.policy = policy
    var prepare: ServerClient.Preparation?
    if let policy { prepare = { server in await policy.prepare(server) } }
    client = try ServerClient(
      settings, addresses: settings.urls.map { reading.server.api.address($0) }, prepare: prepare)
  }

  /// Runs tasks that do little but ask and read replies.
  package var executor: any TaskExecutor { client.executor }

  /// Makes every server serve the policy.
  package func prepare() async throws(ServerError) { try await client.prepareAll() }

  /// Sends nothing more: a request that waits for its turn or for another attempt ends with a failure.
  package func giveUp() { client.giveUp() }

  /// Notes that a log holds responses to a request of these settings.
  package func noteKnownReply() { client.noteKnownReply() }

  /// The first refusal that may concern every request, as long as no request has had a reply.
  package var standingRefusal: ServerError? { client.standingRefusal }

  /// Responses of which the record lacks the thoughts: the server parts them from the text, and names no tokens to join them by.
  package var answersAloneCount: Int { answersAlone.withLock { $0 } }

  /// Samples one prompt.
  ///
  /// - Parameters:
  ///   - indices: the numbers of the rollouts, all from one request.
  ///   - seed: the first one's.
  ///   - label: what the jitter of pauses is drawn from.
  package func rollouts(
    of prompt: SamplingPrompt, indices: Range<Int>, seed: UInt64, label: String
  ) async throws(ServerError) -> CallOutcome<[Rollout]> {
    let server = reading.server
    // A token is about four bytes; what it really was is put right afterwards.
    let promptTokens =
      prompt.tokens?.count
      ?? (prompt.text?.utf8.count ?? prompt.messages.reduce(0) { $0 + $1.content.utf8.count }) / 4
    let call = ServerCall(
      label: label,
      tokens: promptTokens + indices.count * server.sampling.maxResponseTokens / 4,
      formCount: SamplingServer.formCount, formWords: SamplingServer.formWords,
      omittableMembers: server.api.omittableMembers, isLongToRead: true,
      body: { server.body(prompt, count: indices.count, seed: seed, form: $0) })
    return try await client.ask(call) { [self] body in
      do throws(UnreadableReply) {
        let reply = try server.api.read(body)
        if let status = reply.errorStatus { return .error(status: status) }
        if let policy, reply.samples.contains(where: policy.isStale) {
          return .outOfDate("the server answers with other weights than \(policy.folder)")
        }
        return .reply(rollouts(reply.samples, indices, prompt), tokens: reply.tokens)
      } catch {
        return .unreadable(error.reason)
      }
    }
  }

  private func rollouts(
    _ samples: [ServedSample], _ indices: Range<Int>, _ prompt: SamplingPrompt
  ) -> ReadReply<[Rollout]> {
    guard samples.count == indices.count else {
      return .unusable(
        reason: "the reply has \(samples.count) samples, but \(indices.count) were asked for")
    }
    do throws(RolloutReading.Fault) {
      var rollouts: [Rollout] = []
      for (index, sample) in zip(indices, samples) {
        rollouts.append(try reading.rollout(sample, index: index, prompt: prompt))
      }
      let count = samples.count { $0.thoughts != nil && $0.tokens == nil }
      answersAlone.withLock { $0 += count }
      return .usable(rollouts)
    } catch {
      return .unusable(reason: error.reason)
    }
  }
}
