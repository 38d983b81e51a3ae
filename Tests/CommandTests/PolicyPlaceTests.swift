import TestSupport
import Testing

/// A new policy takes the place of an older one, and of nothing else.
@Suite("The places of new policies")
struct PolicyPlaceTests {
  @Test(
    "a folder whose replacement would delete something else is refused, and stays as it is",
    arguments: [
      ("--output .", "is the working folder"),
      ("--output ..", "is the working folder or one around it"),
      ("--output plain", "is no policy's folder, and replacing it would delete \"thesis.txt\""),
      ("--output annotated/", "holds \"thesis.txt\", which is no part of a policy"),
      ("--output nested", "holds \"optimizer/thesis.txt\", which is no part of a policy"),
      ("--output file", "is a file"),
      ("--output linked", "is a link"),
    ])
  func refused(output: String, complaint: String) throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      cp -r policy annotated; cp -r policy nested; mkdir plain nested/optimizer
      for place in plain annotated nested/optimizer; do echo words > $place/thesis.txt; done
      echo words > file; ln -s annotated linked
      before=$(find . -type f | sort | xargs cksum)
      for command in "init --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 --vocabulary 300" \
        "sft train.jsonl.zst --policy policy" "update train.jsonl.zst --policy policy"; do
        srar-update $command \(output); echo $?
      done
      [ "$before" = "$(find . -type f | sort | xargs cksum)" ] && echo untouched
      """)
    #expect(result.text == "64\n64\n64\nuntouched\n", "\(result.errorText)")
    let lines = result.errorText.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.contains(complaint) }, "\(result.errorText)")
  }

  @Test("a folder around the policy, the input or the rejects is refused")
  func around() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      mkdir -p around; cp -r policy around/policy; cp train.jsonl.zst policy/README.md
      srar-update sft train.jsonl.zst --policy around/policy --output around; echo $?
      srar-update sft policy/README.md --policy around/policy --output policy; echo $?
      cp -r around/policy old
      srar-update sft train.jsonl.zst --policy around/policy --output old --rejects old/rejects; echo $?
      [ -e around/policy/config.json ] && [ -e policy/README.md ] && echo untouched
      """)
    #expect(result.text == "64\n64\n64\nuntouched\n", "\(result.errorText)")
    for words in [
      "holds 'around/policy' of '--policy', which would be lost",
      "holds 'policy/README.md' of the input, which would be lost",
      "would hold 'old/rejects' of '--rejects', which the next policy there would delete",
    ] {
      #expect(result.errorText.contains(words), "\(result.errorText)")
    }
  }

  @Test("a place that is not there, and a file inside the new policy, are refused before any work")
  func notThere() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      echo words > file
      srar-update sft train.jsonl.zst --policy policy --output a/b/c; echo $?
      srar-update sft train.jsonl.zst --policy policy --output file/c; echo $?
      srar-update sft train.jsonl.zst --policy policy --output next --metrics next/m; echo $?
      srar-update sft train.jsonl.zst --policy policy --output next --metrics ./next/x/m; echo $?
      ls
      """)
    #expect(
      result.text == "64\n64\n64\n64\nfile\npolicy\nprompts.jsonl.zst\ntrain.jsonl.zst\n",
      "\(result.text)\(result.errorText)")
    for complaint in [
      "'--output' 'a/b/c' lies in 'a/b', which is not there; make it first",
      "'--output' 'file/c' lies in 'file', which is no folder",
      "'--output' 'next' would hold 'next/m' of '--metrics', which the next policy there would delete",
      "'--output' 'next' would hold './next/x/m' of '--metrics'",
    ] {
      #expect(result.errorText.contains(complaint), "\(result.errorText)")
    }
  }

  @Test("an older policy with its optimizer, and an empty folder, are replaced")
  func replaced() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      mkdir next
      for seed in 1 2; do
        srar-rollout --quiet --policy policy -n 2 --max-response-tokens 8 prompts.jsonl.zst \
          | srar-judge --quiet | srar-reward --quiet | srar-advantage --quiet --output advantages --allow-no-effect
        srar-update --quiet advantages --policy policy --output next
      done
      [ -e next/optimizer/state.safetensors ]
      srar-update init --quiet --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 --vocabulary 300 --output next
      [ ! -e next/optimizer ]
      """)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("a training whose policy predicts nothing finite writes nothing")
  func absurdWeights() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      srar-update sft --quiet train.jsonl.zst --policy policy --output next --learning-rate 1e12 --warm-up-steps 0 \
        --batch-tokens 1000000
      echo $?; ls -d next* 2> /dev/null
      """)
    #expect(result.text == "65\n")
    #expect(
      result.errorText.contains(
        "next: not written, because the training diverged: the policy's predictions for record"),
      "\(result.errorText)")
  }

  @Test(
    "numbers that the tools cannot compute with are refused with the bound",
    arguments: [
      ("srar-update x --policy p --output o --micro-batch-tokens", "1073741824"),
      ("srar-update sft x --policy p --output o --micro-batch-tokens", "1073741824"),
      ("srar-update sft x --policy p --output o --batch-tokens", "1073741824"),
      ("srar-update init --text x --output o --intermediate", "16777216"),
      ("srar-update init --text x --output o --layers", "10000"),
      ("srar-rollout x --policy p --max-response-tokens", "1073741824"),
      ("srar-rollout x --policy p --group-size", "1048576"),
      ("srar-rollout x --policy p --threads", "4096"),
      ("srar-report evaluate x --resamples", "10000000"),
    ])
  func bounds(command: String, bound: String) throws {
    let result = try ToolProcess.shell("\(command) 9223372036854775807")
    #expect(result.status == 64)
    #expect(
      result.errorText.contains("must be at most \(bound), but is 9223372036854775807"),
      "\(result.errorText)")
  }

  @Test("a learning rate or temperature so small that it would become 0 is refused")
  func underflow() throws {
    for command in [
      "srar-update x --policy p --output o --learning-rate",
      "srar-update sft x --policy p --output o --learning-rate", "srar-rollout x --temperature",
    ] {
      let result = try ToolProcess.shell("\(command) 1e-400")
      #expect(result.status == 64)
      #expect(
        result.errorText.contains("it is too small, and would become 0"), "\(result.errorText)")
    }
  }
}
