/// Records for command tests, as lines.
enum RecordStreams {
  /// A problem as `srar-prep` writes it.
  static let problem =
    #"{"id":"p1","problem":"1 + 2?","ground_truth":"3","rubric":[{"id":1,"type":"SUGGEST","text":"Computes 1 + 2 = 3."}],"messages":[{"role":"user","content":"1 + 2?"}]}"#

  /// A rollout of that problem.
  static func rollout(index: Int, correct: Bool) -> String {
    let response = #"### Step 1: add\n1 + 2 = \#(correct ? 3 : 4)\n\\boxed{\#(correct ? 3 : 4)}"#
    return String(problem.dropLast())
      + #","rollout":{"index":\#(index),"response":"\#(response)","steps":[{"number":1,"label":"1","bytes":[0,34]}]}}"#
  }

  /// A tool that reads and writes records, the input that it takes, and the field that its input must have.
  struct Stage: Sendable, CustomStringConvertible {
    let tool: String
    var arguments: [String] = []
    let line: String
    /// A member without which the tool cannot work, as it stands in the line, and what the tool then says.
    let requiredMember: String
    let complaint: String

    var description: String { tool }
  }

  static let stages = [
    Stage(
      tool: "srar-judge", line: rollout(index: 0, correct: true), requiredMember: "rollout",
      complaint: #"record "p1" has no "rollout"; run srar-rollout first"#),
    Stage(
      tool: "srar-reward", line: judged, requiredMember: "judge",
      complaint: #"record "p1" has no "judge"; run srar-judge first"#),
    Stage(
      tool: "srar-advantage", arguments: ["--allow-no-effect"], line: rewarded,
      requiredMember: "reward",
      complaint: #"record "p1" has no "reward"; run srar-reward first"#),
  ]

  static let judged: String =
    String(rollout(index: 0, correct: true).dropLast())
    + #","judge":{"status":"ok","verdicts":[{"id":1,"satisfied":true,"step":1}],"model":"m","attempts":1}}"#

  static let rewarded: String =
    String(judged.dropLast())
    + #","reward":{"answer":"3","correct":true,"format":true,"base":1.0,"rubric":0.8,"steps":[{"step":1,"delta":0.8,"judged":1,"satisfied":1}],"looping":false}}"#
}
