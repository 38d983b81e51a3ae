import Diagnostics
import JSONLines
import Records
import Rubrics
import Steps
import Testing

@Suite("The objects of the stages")
struct RecordObjectTests {
  private func record(_ text: String) throws -> Record {
    let document = JSONDocument()
    try Array(text.utf8).withUnsafeBytes { try document.parse($0) }
    return try Record(document: document, position: LinePosition(source: "f", line: 3))
  }

  private func written<Object: RecordObject>(_ object: Object) throws -> Record {
    var json = JSONWriter()
    json.object { line in
      line.member("id", "p")
      line.member(Object.key, object)
    }
    return try record(String(decoding: json.bytes, as: UTF8.self))
  }

  @Test("read back what was written")
  func roundTrips() throws {
    let rollout = Rollout(
      index: 2, response: "### Step 1: é\n", promptTokens: [1, 2], tokens: [3, 4],
      logProbabilities: [-0.1, -1e-7], finishReason: .stop, model: "m",
      sampling: SamplingDescription(
        temperature: 0.7, topP: 0.8, topK: 5, maxResponseTokens: 9, seed: .max),
      stepStyle: .headers,
      steps: [ResponseStep(number: 1, label: "1", bytes: 0..<14, tokens: 0..<2)])
    #expect(try written(rollout).read(Rollout.self) == rollout)
    let bare = Rollout(index: 0, response: "", stepStyle: .lines, steps: [])
    #expect(try written(bare).read(Rollout.self) == bare)
    let judgement = Judgement(
      status: .failed, verdicts: [Verdict(id: 1, isSatisfied: true, step: -1)], model: "j",
      attempts: 3, latencyMilliseconds: 12, error: "why")
    #expect(try written(judgement).read(Judgement.self) == judgement)
    let reward = Reward(
      answer: nil, answerRule: nil, isCorrect: false, hasFormat: true, base: 0.1, rubric: -0.2,
      suggest: 0.8, pitfall: -1, bonus: 0,
      steps: [Reward.StepReward(step: 0, delta: 1.0 / 3, judged: 2, satisfied: 1)],
      isLooping: true)
    #expect(try written(reward).read(Reward.self) == reward)
    let advantage = Advantage(
      estimator: "srar", outcome: -0.3,
      offsets: [Advantage.StepOffset(step: 1, tokens: 0..<5, bytes: nil, value: 0.25)],
      tokens: [0.1, 0.2])
    #expect(try written(advantage).read(Advantage.self) == advantage)
  }

  @Test("of a problem read back what was written")
  func problemRoundTrip() throws {
    let problem = Problem(
      id: "p", source: "s", problem: "1 + 1?", groundTruth: "2",
      rubric: [RubricItem(id: 1, type: .answer, text: "2")], solution: "2",
      messages: [ChatMessage(role: "user", content: "1 + 1?")])
    var json = JSONWriter()
    json.object { problem.writeMembers(to: &$0) }
    #expect(try Problem(try record(String(decoding: json.bytes, as: UTF8.self))) == problem)
  }

  @Test(
    "say what is wrong, where and in which record",
    arguments: [
      (#"{"id":"p"}"#, #"f:3: record "p" has no "judge"; run srar-judge first"#),
      (
        #"{"id":"p","judge":7}"#,
        #"f:3: "judge" of record "p" must be an object, but is an integer"#
      ),
      (
        #"{"id":"p","judge":{"status":"ok","verdicts":[{"id":1,"satisfied":"false","step":1}]}}"#,
        #"f:3: "judge.verdicts[0].satisfied" of record "p" must be true or false, but is a string"#
      ),
      (
        #"{"id":"p","judge":{"status":"ok","verdicts":[{"id":1,"satisfied":true,"step":1.5}]}}"#,
        #"f:3: "judge.verdicts[0].step" of record "p" must be an integer, but is a number"#
      ),
      (
        #"{"id":"p","judge":{"status":"fine"}}"#,
        #"f:3: "judge.status" of record "p" is "fine", which is not ok, failed or skipped"#
      ),
    ])
  func faults(line: String, message: String) throws {
    let error = #expect(throws: RecordError.self) { try record(line).read(Judgement.self) }
    #expect(error?.description == message)
    #expect(error?.exitStatus == .badData)
  }

  @Test("refuse spans and counts that do not fit")
  func misfits() throws {
    for (rollout, reason) in [
      (#"{"index":0,"response":"ab","tokens":[1],"logprobs":[],"steps":[]}"#, "has 0 values"),
      (
        #"{"index":0,"response":"ab","steps":[{"number":1,"bytes":[0,3]}]}"#,
        "reach to byte 3 of a response of 2 bytes"
      ),
      (
        #"{"index":0,"response":"ab","steps":[{"number":2,"bytes":[0,1]}]}"#,
        "must be numbered 1, 2, … in order of appearance"
      ),
      (
        #"{"index":0,"response":"ab","tokens":[1],"steps":[{"number":1,"bytes":[0,1],"tokens":[0,2]}]}"#,
        "reach to token 2 of a response of 1 token"
      ),
      (
        #"{"index":0,"response":"ab","steps":[{"number":1,"bytes":[2,1]}]}"#,
        "must be [start, end] with 0 <= start <= end"
      ),
    ] {
      let error = #expect(throws: RecordError.self) {
        try record(#"{"id":"p","rollout":\#(rollout)}"#).read(Rollout.self)
      }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }
}
