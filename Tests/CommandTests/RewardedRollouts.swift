/// Rewarded rollouts of one problem, as lines, that a test makes different.
struct RewardedRollout {
  var id = "p1"
  var index: Int
  var isCorrect = true
  /// Σδ of the only step; nil where nobody judged it.
  var delta: Double? = 0.8
  var hasStep = true
  /// Further members of `rollout`, such as `"finish_reason":"abort"`.
  var more = ""
  /// Further members of the record.
  var recordMembers = #","ground_truth":"3""#

  var line: String {
    let steps = hasStep ? #"{"number":1,"label":"1","bytes":[1,13]}"# : ""
    let score =
      delta.map {
        #","rubric":\#($0),"steps":[{"step":1,"delta":\#($0),"judged":1,"satisfied":\#($0 == 0 ? 0 : 1)}]"#
      } ?? ""
    return
      #"{"id":"\#(id)","problem":"1 + 2?"\#(recordMembers),"messages":[{"role":"user","content":"1 + 2?"}],"#
      + #""rollout":{"index":\#(index),"response":" ### Step 1:\n","step_style":"headers","steps":[\#(steps)]\#(more.isEmpty ? "" : ",")\#(more)},"#
      + #""reward":{"answer":"3","correct":\#(isCorrect),"format":true,"base":\#(isCorrect ? 1.0 : 0.1)\#(score),"looping":false}}"#
  }
}

extension [RewardedRollout] {
  var stream: String { map { $0.line + "\n" }.joined() }
}
