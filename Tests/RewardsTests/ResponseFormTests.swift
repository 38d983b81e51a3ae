import Answers
import Rewards
import Testing

@Suite("The forms of responses")
struct ResponseFormTests {
  private static let solution =
    "### Step 1: Count\n2 + 3 = 5.\n### Step 2: Count\n5 + 10 = 15.\n\\boxed{15}"

  private func reward(
    _ response: String, _ options: RewardOptions = .default, format: FormatRule? = nil
  ) -> OutcomeReward {
    var options = options
    if let format { options.format = format }
    return outcomeReward(response: response, groundTruth: "15", options: options)
  }

  @Test(
    "a thought before a solution changes nothing",
    arguments: [
      "<think>Perhaps \\boxed{14}.</think>\n", "[THINK]\n### Step 7: draft\n[/THINK]",
      "<|channel|>analysis<|message|>### Step 1: \\boxed{3}<|end|><|start|>assistant<|channel|>final<|message|>",
    ])
  func thoughtBeforeSolution(thought: String) {
    for format in FormatRule.allCases {
      let reward = reward(thought + Self.solution, format: format)
      #expect(reward.answer?.text == "15" && reward.accuracy == 1 && reward.format == 1)
    }
  }

  @Test("the answer behind a thought counts, not the one inside it")
  func answerBehindThought() {
    let reward = reward(
      "<think>Perhaps \\boxed{15}.</think>\n### Step 1: Guess\nIt is 14.\n\\boxed{14}")
    #expect(reward.answer?.text == "14" && reward.accuracy == 0 && reward.format == 1)
  }

  @Test(
    "nothing inside a thought is an answer or a format",
    arguments: [
      "<think>\n### Step 1: a\n\\boxed{15}", "<think>### Step 1: a\n\\boxed{15}</think>\nSo it is.",
      "### Step 1: a\nLet me think.\n<think>\n\\boxed{15}",
    ])
  func thoughtsHoldNoAnswer(response: String) {
    for options in [RewardOptions.default, .paper] {
      let reward = reward(response, options)
      #expect(reward.answer == nil && reward.accuracy == 0 && reward.format == 0)
    }
    // The authors' code knows no thoughts.
    let authors = reward(response, .authors)
    #expect(authors.accuracy == 1 && authors.format == 1)
  }

  @Test("a header in the middle of a line is one to the authors' code alone")
  func headerInLine() {
    let response = "As in ### Step 1: above, \\boxed{15}"
    #expect(reward(response).format == 0)
    #expect(reward(response, .paper).format == 0)
    #expect(reward(response, .authors).format == 1)
  }

  @Test(
    "headers are numbered where they count from 1 and no other line begins with hashes",
    arguments: [
      ("### Step 1: a\n### Step 2: b", true),
      ("  ### Step 1: a\n\t### Step 2: b", true),
      ("As said in ### Step 7: above\n### Step 1: a", true),
      ("### Step １: a\n### Step 2: b", true),
      ("### Step 1: a\n#### Step 2: b", false),
      ("##### Step 1: a", false),
      ("### Step 01: a", false),
      ("<think>### Step 3 x\n</think>### Step 1: a", true),
      ("### Step 1: a\n  ### Step 2 b", false),
      ("### Step 1: a\n\u{A0}### Step 2: b", false),
      ("### Step 1: a\n### Remark", false),
      ("### Step 1: a\n### Step 3: b", false),
      ("### Step 2: a", false),
      ("### Step 1: a\n### Step 1: b", false),
    ])
  func numberedHeaders(response: String, isNumbered: Bool) {
    let response = response + "\n\\boxed{15}"
    #expect(reward(response, format: .numbered).format == (isNumbered ? 1 : 0))
    #expect(reward(response, format: .complete).format == 1)
    // The pattern of the authors' code finds the last three hashes of more.
    if response.contains("####") {
      #expect(reward(response, .authors, format: .numbered).format == 0)
    }
  }
}
