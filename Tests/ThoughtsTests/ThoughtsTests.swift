import Testing
import Thoughts

struct ThoughtsTests {
  @Test(
    "the answer stands outside the thoughts of every family",
    arguments: [
      ("no thoughts", "no thoughts"),
      ("<think>draft</think>answer", "answer"),
      ("<THINK>draft</Think>answer", "answer"),
      ("<thinking>draft</thinking>answer", "answer"),
      ("<thinking mode=\"long\">draft</thinking>answer", "answer"),
      ("<reasoning>draft</reasoning>answer", "answer"),
      ("<thought>draft</thought>answer", "answer"),
      ("<seed:think>draft</seed:think>answer", "answer"),
      ("[THINK]draft[/THINK]answer", "answer"),
      ("◁think▷draft◁/think▷answer", "answer"),
      ("<|begin_of_thought|>draft<|end_of_thought|>answer", "answer"),
      ("<|START_THINKING|>draft<|END_THINKING|>answer", "answer"),
      (
        "<|channel|>analysis<|message|>draft<|end|><|start|>assistant<|channel|>final<|message|>answer",
        "answer"
      ),
      ("<|channel|>analysis<|message|>draft<|channel|>final<|message|>answer", "answer"),
      ("analysisdraft assistantfinalanswer", "answer"),
      (
        "<|channel|>analysis<|message|>draft<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>answer",
        "answer"
      ),
      ("<|channel>thought\ndraft<channel|>answer", "answer"), ("draft<channel|>answer", "answer"),
      ("<unused94>thought\ndraft<unused95>answer", "answer"),
      ("<think\n>draft</think>answer", "answer"),
      ("<details type=\"reasoning\" done=\"true\">draft</details>answer", "answer"),
      ("<details>more</details>answer", "<details>more</details>answer"),
      ("<antThinking>draft</antThinking>answer", "answer"),
      ("<thought_process>draft</thought_process>answer", "answer"),
      ("<|thinking|>draft<|/thinking|>answer", "answer"),
      ("<reason>draft</reason>answer", "answer"), ("<internal>draft</internal>answer", "answer"),
      ("<planning>draft</planning>answer", "answer"),
      ("[thinking]draft[/thinking]answer", "answer"),
      ("<think_fast>draft</think_fast>answer", "answer"),
      ("<thinking_process>draft</thinking_process>answer", "answer"),
      ("<ThinkingProcess>draft</ThinkingProcess>answer", "answer"),
      ("<seed:cot_budget_reflect>draft</seed:cot_budget_reflect>answer", "answer"),
      ("<|begin_of_reasoning|>draft<|end_of_reasoning|>answer", "answer"),
      ("<|reasoning|>draft<|/reasoning|>answer", "answer"),
      ("```thinking\ndraft\n```json\n1\n```\nanswer", "\nanswer"),
      ("```thinking\ndraft\n```\n```json\n1\n```", "\n```json\n1\n```"),
      ("< think >draft</ think >answer", "answer"),
      ("&lt;think&gt;draft&lt;/think&gt;answer", "answer"),
      // The prompt may have opened the thought.
      ("draft</think>answer", "answer"),
      ("draft</think>more</think>answer", "answer"),
      ("draft<|channel|>final<|message|>answer", "answer"),
      // A thought within a thought, and marks of another family within one.
      ("<think>a<think>b</think>c</think>answer", "answer"),
      ("<think>a <reasoning> b</think>answer", "answer"),
      // Several thoughts.
      ("<think>a</think>one<think>b</think>two", "one\ntwo"),
      // What never closes is no answer.
      ("<think>draft", ""),
      ("before<think>draft", "before"),
      ("<|channel|>analysis<|message|>draft", ""),
      ("analysisWe have to grade. Perhaps", ""), ("analysis{\"code\":1}", ""),
      ("<|channel>thought\ndraft", ""),
      // These are no marks.
      ("I <thinker> so", "I <thinker> so"), ("a < thought and b > c", "a < thought and b > c"),
      ("[thinking] hard", "[thinking] hard"), ("```\n1\n```", "```\n1\n```"),
      ("a < b, [THINKING], <think", "a < b, [THINKING], <think"),
      ("Phi ends a message <|end|>", "Phi ends a message <|end|>"),
      ("analysis of assistants", "analysis of assistants"),
      ("analysis: It is", "analysis: It is"), ("Analysis", "Analysis"),
    ])
  func answerOutsideThoughts(text: String, answer: String) {
    #expect(withoutThoughts(text) == answer)
  }

  @Test("a mark inside a quotation is none")
  func quotations() {
    let text = Array("a \"</think>\" b<think>c</think>d".utf8)
    #expect(withoutThoughts(text, passingOver: [2..<12]) == Array("a \"</think>\" b\nd".utf8))
    #expect(withoutThoughts(text) == Array("\" b\nd".utf8))
  }

  @Test("only a thought that never closes is unclosed")
  func unclosedThoughts() {
    #expect(Thoughts(in: "<think>a").isUnclosed)
    #expect(Thoughts(in: "<think>a</think>b<think>").isUnclosed)
    #expect(!Thoughts(in: "<think>a</think>b").isUnclosed)
    #expect(!Thoughts(in: "a</think>b").isUnclosed)
    #expect(!Thoughts(in: "").isUnclosed)
  }

  @Test("spans are bytes of the text, marks included")
  func spans() {
    let text = "é<think>a</think>b<think>c</think>"
    let thoughts = Thoughts(in: text)
    #expect(thoughts.spans == [2..<18, 19..<35])
    #expect(thoughts.answerSpans(count: 35) == [0..<2, 18..<19])
    #expect((0..<35).filter(thoughts.contains) == Array(2..<18) + Array(19..<35))
  }

  @Test("the thoughts of a range, and a text in which they are blank")
  func thoughtsOfRange() {
    let text = "é<think>a</think>b<think>c</think>"
    let thoughts = Thoughts(in: text)
    #expect(Array(thoughts.spans(in: 0..<35)) == thoughts.spans)
    #expect(Array(thoughts.spans(in: 2..<34)) == [2..<18])
    #expect(Array(thoughts.spans(in: 3..<35)) == [19..<35])
    #expect(thoughts.spans(in: 4..<18).isEmpty)
    let blank = String(repeating: "\n", count: 16)
    #expect(blankingThoughts(Array(text.utf8)) == Array("é\(blank)b\(blank)".utf8))
  }

  @Test(
    "texts of marks without end take linear time",
    arguments: ["<think>", "</think>", "<|channel|>", "<", "a", "analysis"])
  func longTexts(mark: String) {
    let text = String(repeating: mark, count: 200_000)
    #expect(Thoughts(in: text).spans.count <= 1)
  }
}
