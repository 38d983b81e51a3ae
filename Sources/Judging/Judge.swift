// The seam between the pipeline and whoever judges: exact arithmetic here, language models behind the same protocol.

import JSONLines
import Records
package import Rubrics
package import Steps

/// What a judge is asked about one rollout.
package struct JudgeRequest: Equatable, Sendable {
  package let problem: String
  /// The rubric without its ANSWER items, which the outcome reward covers.
  package let items: [RubricItem]
  package let response: String
  /// The response's steps, whose numbers the verdicts name.
  package let steps: [ResponseStep]

  package init(problem: String, rubric: [RubricItem], response: String, steps: [ResponseStep]) {
    self.problem = problem
    items = rubric.filter { $0.type != .answer }
    self.response = response
    self.steps = steps
  }

  /// A name for what is asked and of whom: the SHA-256 of judge, settings, problem, items, response and step spans.
  ///
  /// - Parameter judge: the judge's name and settings; another judge's answer is no answer to the same question.
  package func fingerprint(judge: String) -> String {
    var json = JSONWriter()
    json.object { request in
      request.member("judge", judge)
      request.member("problem", problem)
      request.member("items", items)
      request.member("response", response)
      request.member("steps", steps.map(\.bytes))
    }
    return SHA256.hexadecimalDigest(of: json.bytes)
  }
}

/// What came of asking.
package enum JudgeOutcome: Equatable, Sendable {
  /// Verdicts on the items that the judge could decide, one an item at most; none where it could decide nothing.
  case verdicts([Verdict])
  /// No usable reply; never the same as "nothing is satisfied".
  case failure(reason: String)
}

/// What a judge answered, and what it took.
package struct JudgeReply: Equatable, Sendable {
  package var outcome: JudgeOutcome
  /// The reply as it came; nil where none did.
  package var text: String?
  /// How many calls it took.
  package var attempts: Int
  /// How long the calls took; nil for a judge that is part of the tool, so that the same input gives the same bytes.
  package var latencyMilliseconds: Int?
  /// How many entries of the reply were no verdict on an item that was asked about.
  package var dropped = 0

  package init(
    outcome: JudgeOutcome, text: String?, attempts: Int, latencyMilliseconds: Int? = nil
  ) {
    self.outcome = outcome
    self.text = text
    self.attempts = attempts
    self.latencyMilliseconds = latencyMilliseconds
  }
}

/// Somebody who gives verdicts.
package protocol Judge: Sendable {
  /// The name that goes into records.
  var name: String { get }

  /// Name and settings, as they go into fingerprints: whatever another answer may come of.
  var identity: String { get }

  /// How many rollouts it should be asked about at the same time.
  var concurrency: Int { get }

  /// Whether asking is dear, so that what a log holds already is not asked again.
  var keepsReplies: Bool { get }

  /// The verdicts on one rollout.
  ///
  /// - Throws: what must end the run, such as a judge that cannot be reached; a reply that cannot be used is an outcome.
  func reply(to request: JudgeRequest) async throws -> JudgeReply
}

extension Judge {
  package var identity: String { name }
  package var concurrency: Int { 1 }
  package var keepsReplies: Bool { false }
}
