import Foundation
import TestSupport
import Testing

/// The same file given twice, before anything is paid for.
@Suite("Problems that come twice")
struct RepeatedProblemTests {
  @Test(
    "are not sampled twice under one id",
    arguments: ["--policy policy -n 1 --max-response-tokens 2", "--responses log"])
  func sampled(options: String) throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      zstdcat prompts.jsonl.zst | tee p > q
      sed 's/"problem"/"response":"x","other"/' p > log
      timeout 60 srar-rollout --plain \(options) p q
      """)
    #expect(result.status == 65, "\(result.errorText)")
    #expect(
      result.errorText.contains(
        #"is that of the problem in p:1, too; give each file once, and each problem an "id" of its own"#
      ), "\(result.errorText)")
  }

  @Test("are not begun with where one file is given twice")
  func oneFile() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      ln -s prompts.jsonl.zst link
      for other in prompts.jsonl.zst link; do
        srar-rollout --plain --policy policy -n 1 prompts.jsonl.zst $other --metrics m; echo $?
      done
      ls m
      """)
    #expect(result.text == "64\n64\n", "\(result.text)\(result.errorText)")
    #expect(
      result.errorText.contains("'prompts.jsonl.zst' is given twice")
        && result.errorText.contains("'prompts.jsonl.zst' and 'link' are one file"),
      "\(result.errorText)")
  }

  @Test("go to the rejects where there are any, and the first of them is sampled")
  func rejected() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      zstdcat prompts.jsonl.zst | tee p > q
      srar-rollout --plain --quiet --policy policy -n 1 --max-response-tokens 2 p q --rejects bad | wc -l
      grep -c '^# q:' bad
      """)
    #expect(result.text == "4\n4\n", "\(result.text)\(result.errorText)")
  }

  @Test("are told of where they are examples")
  func examples() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      srar-update sft train.jsonl.zst train.jsonl.zst --policy policy --output next --metrics m
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.errorText.contains("40 examples the same as one before (such as record"),
      "\(result.errorText)")
    #expect(try run.metrics("m")["repeated_examples"] as? Int == 40)
    let once = try run.shell("srar-update sft train.jsonl.zst --policy policy --output next")
    #expect(!once.errorText.contains("the same as"), "\(once.errorText)")
  }
}
