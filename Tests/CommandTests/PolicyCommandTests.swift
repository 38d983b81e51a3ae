import Foundation
import TestSupport
import Testing

@Suite("Policies on the command line")
struct PolicyCommandTests {
  /// A folder with problems, a tiny policy and rollouts with advantages.
  private func prepared() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      set -e
      srar-prep synth --quiet --count 60 --output train.jsonl.zst
      srar-update init --quiet --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 \
        --vocabulary 300 --positions 320 --output policy
      srar-prep batch --quiet --size 4 --step 1 train.jsonl.zst --output prompts.jsonl.zst
      srar-rollout --quiet --policy policy -n 3 --max-response-tokens 12 prompts.jsonl.zst \
        | srar-judge --quiet --log judge.log.jsonl | srar-reward --quiet \
        | srar-advantage --quiet --allow-no-effect --plain --output flat.jsonl
      # An untrained policy earns nothing, so the rollouts are told apart by hand.
      sed '/"index":0/s/"outcome":0.0/"outcome":1.0/; /"index":1/s/"outcome":0.0/"outcome":-1.0/' \
        flat.jsonl > advantages.jsonl
      """, in: folder.url)
    try #require(result.status == 0, "\(result.errorText)")
    return folder
  }

  private func shell(_ command: String, in folder: TemporaryFolder) throws -> ToolProcess.Result {
    try ToolProcess.shell(command, in: folder.url)
  }

  @Test("the same seed gives the same bytes, whatever the number of threads")
  func sameBytes() throws {
    let folder = try prepared()
    let result = try shell(
      """
      set -e
      for n in 1 2; do
        srar-rollout --quiet --policy policy -n 3 --threads $n --max-response-tokens 12 \
          prompts.jsonl.zst --output rollouts-$n
        srar-update --quiet advantages.jsonl --policy policy --threads $n --output next-$n \
          --learning-rate 1e-3
        srar-update sft --quiet train.jsonl.zst --policy policy --threads $n --output warm-$n
      done
      cmp rollouts-1 rollouts-2
      diff -r next-1 next-2 && diff -r warm-1 warm-2
      cmp -s policy/model.safetensors next-1/model.safetensors && exit 1
      cmp -s policy/model.safetensors warm-1/model.safetensors && exit 1
      exit 0
      """, in: folder)
    #expect(result.status == 0, "\(result.errorText)\(result.text)")
  }

  @Test("responses do not depend on the memory; a budget that is too small says what would do")
  func memory() throws {
    let folder = try prepared()
    let result = try shell(
      """
      set -e
      for m in 1500K 2M 1G; do
        srar-rollout --quiet --policy policy -n 5 --memory $m --max-response-tokens 12 \
          prompts.jsonl.zst --output rollouts-$m
      done
      cmp rollouts-1500K rollouts-1G && cmp rollouts-2M rollouts-1G
      srar-rollout --policy policy --memory 10K prompts.jsonl.zst
      """, in: folder)
    #expect(result.status == 64, "\(result.errorText)")
    #expect(result.errorText.contains("memory: 10 KiB is too little"), "\(result.errorText)")
  }

  @Test(
    "the record says how responses were drawn, and tells raw log-probabilities where they differ")
  func samplingIsRecorded() throws {
    let folder = try prepared()
    func rollouts(_ options: String) throws -> [[String: Any]] {
      let result = try shell(
        "srar-rollout --quiet --plain --policy policy -n 2 --max-response-tokens 12 \(options) prompts.jsonl.zst",
        in: folder)
      try #require(result.status == 0, "\(result.errorText)")
      return try result.text.split(separator: "\n").map { line in
        let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(record?["rollout"] as? [String: Any])
      }
    }
    for options in ["", "--temperature 0"] {
      for rollout in try rollouts(options) {
        #expect(rollout["raw_logprobs"] == nil)
        let sampling = try #require(rollout["sampling"] as? [String: Any])
        #expect(sampling["min_p"] == nil && sampling["stop"] == nil)
      }
    }
    for rollout in try rollouts(
      "--temperature 0.7 --min-p 0.05 --presence-penalty 1.5 --frequency-penalty 0.2 --repetition-penalty 1.1 --stop e --stop '\n\n'"
    ) {
      let sampling = try #require(rollout["sampling"] as? [String: Any])
      #expect(
        sampling["min_p"] as? Double == 0.05 && sampling["presence_penalty"] as? Double == 1.5)
      #expect(sampling["frequency_penalty"] as? Double == 0.2)
      #expect(sampling["repetition_penalty"] as? Double == 1.1)
      #expect(sampling["stop"] as? [String] == ["e", "\n\n"])
      let raw = try #require(rollout["raw_logprobs"] as? [Double])
      #expect(raw.count == (rollout["logprobs"] as? [Double])?.count)
      #expect(raw != rollout["logprobs"] as? [Double])
      let response = try #require(rollout["response"] as? String)
      if let stop = rollout["stop_string"] as? String {
        #expect(response.contains(stop) && rollout["finish_reason"] as? String == "stop")
      } else {
        #expect(!response.contains("e"))
      }
    }
  }

  @Test(
    "sampling options out of range are wrong usage",
    arguments: [
      "--min-p 1.5", "--repetition-penalty 0", "--stop ''", "--memory 0", "--memory 5X",
      "--top-p 0", "--presence-penalty nan", "--presence-penalty 1e39", "--temperature 1e-6",
      "--repetition-penalty 1e-39",
    ])
  func samplingUsage(options: String) throws {
    let folder = try TemporaryFolder()
    let result = try shell("srar-rollout --policy nowhere \(options) x.jsonl", in: folder)
    #expect(result.status == 64, "\(result.errorText)")
  }

  @Test("a token of a row that the tokenizer does not have is drawn, and writes nothing")
  func paddedVocabulary() throws {
    let run = try TinyRun()
    let result = try run.shell(
      """
      set -e
      srar-update init --quiet --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 --vocabulary 400 --positions 320 \
        --output padded
      cp policy/tokenizer*.json padded/
      srar-rollout --quiet --policy padded --max-response-tokens 12 prompts.jsonl.zst --stop '###' --plain --output rollouts
      srar-judge --quiet rollouts | srar-reward --quiet | srar-advantage --quiet --allow-no-effect | srar-update --quiet --policy padded --output next
      cat rollouts
      """)
    #expect(result.status == 0, "\(result.errorText)")
    let rollouts = try result.text.split(separator: "\n").map { line in
      try #require(
        (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["rollout"]
          as? [String: Any])
    }
    #expect(rollouts.count == 32)
    #expect(rollouts.contains { ($0["tokens"] as? [Int] ?? []).contains { $0 >= 300 } })
  }

  @Test("a log replayed gives the same verdicts, and says what it lacks")
  func replay() throws {
    let folder = try prepared()
    let result = try shell(
      """
      srar-judge --quiet advantages.jsonl --output live &&
      srar-judge --quiet advantages.jsonl --replay judge.log.jsonl --output replayed &&
      cmp live replayed &&
      head -1 judge.log.jsonl > short.log && srar-judge --quiet --plain advantages.jsonl --replay short.log
      """, in: folder)
    #expect(result.status == 65)
    #expect(result.errorText.contains("for rollout 1 of record"), "\(result.errorText)")
    #expect(result.errorText.contains("'--replay-missing live'"), "\(result.errorText)")
  }

  @Test(
    "a policy folder that is not whole is named with what is wrong",
    arguments: [
      ("rm -r policy", Int32(66), "no such policy folder"),
      ("rm policy/model.safetensors", 65, "model.safetensors"),
      ("truncate -s -100 policy/model.safetensors", 65, "model.safetensors"),
      (
        "sed -i 's/\"hidden_size\": 16/\"hidden_size\": 32/' policy/config.json", 65,
        "model.embed_tokens.weight"
      ),
      (
        "sed -i 's/model.norm.weight/model.nurm.weight/' policy/model.safetensors", 65,
        "model.norm.weight"
      ),
      ("rm policy/config.json", 65, "config.json"),
      ("rm policy/tokenizer.json", 65, "tokenizer.json"),
      ("echo '{}' > policy/tokenizer.json", 65, "tokenizer.json"),
    ])
  func damagedPolicy(damage: String, status: Int32, word: String) throws {
    let folder = try prepared()
    for command in [
      "srar-rollout --policy policy prompts.jsonl.zst --plain",
      "srar-update advantages.jsonl --policy policy --output next",
    ] {
      let result = try shell("\(damage) 2>/dev/null; \(command)", in: folder)
      #expect(result.status == status, "\(command): \(result.errorText)")
      #expect(result.errorText.contains(word), "\(command): \(result.errorText)")
      #expect(result.output.isEmpty, "\(command)")
      #expect(!(try folder.names.contains("next")))
    }
  }

  @Test("a group with one rollout gets no advantage, and the update has nothing to do")
  func singleRollout() throws {
    let folder = try prepared()
    let result = try shell(
      """
      srar-rollout --quiet --policy policy -n 1 --max-response-tokens 12 prompts.jsonl.zst \
        | srar-judge --quiet | srar-reward --quiet | srar-advantage --quiet --allow-no-effect --dense --plain --output one &&
      srar-update one --policy policy --output next && cmp policy/model.safetensors next/model.safetensors
      """, in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    let text = try String(contentsOfFile: folder.path("one"), encoding: .utf8)
    #expect(text.ranges(of: #""outcome":0.0"#).count == 4, "\(text)")
    #expect(result.errorText.contains("0 optimizer steps"), "\(result.errorText)")
  }

  @Test("the optimizer goes on where the last update stopped")
  func resumes() throws {
    let folder = try prepared()
    let result = try shell(
      """
      srar-update --quiet advantages.jsonl --policy policy --output p1 --metrics m &&
      srar-update --quiet advantages.jsonl --policy p1 --output p2 --metrics m &&
      grep -o '"optimizer_step":[0-9]*' m
      """, in: folder)
    #expect(result.text == "\"optimizer_step\":1\n\"optimizer_step\":2\n", "\(result.errorText)")
  }

  @Test("a warm start that was killed goes on from its checkpoint, and ends with the same bytes")
  func resumedWarmStart() throws {
    let folder = try prepared()
    let result = try shell(
      """
      set -e
      options=(sft train.jsonl.zst --policy policy --epochs 30 --batch-tokens 600
        --learning-rate 1e-3 --stop-at-loss 3)
      srar-update "${options[@]}" --quiet --output whole
      srar-update "${options[@]}" --quiet --output killed --checkpoint-every 3 & pid=$!
      until [ -e killed.checkpoint ] || ! kill -0 $pid; do :; done
      kill -9 $pid; wait $pid || true
      [ ! -e killed ]
      if srar-update "${options[@]}" --quiet --output killed --seed 2; then exit 1; fi
      srar-update "${options[@]}" --output killed --checkpoint-every 5 2> notes
      grep -o 'going on after step' notes
      [ ! -e killed.checkpoint ]
      diff -r whole killed && echo same
      """, in: folder)
    #expect(result.text == "going on after step\nsame\n", "\(result.errorText)")
    #expect(result.errorText.contains("other options; remove it to begin anew"))
  }

  @Test("a memory budget or activations computed anew change the policy by rounding at most")
  func memoryBudget() throws {
    let folder = try prepared()
    let result = try shell(
      """
      set -e
      update() { srar-update --quiet advantages.jsonl --policy policy "$@"; }
      update --output kept
      update --output recomputed --recompute
      diff -r kept recomputed
      update --output budget --memory 200M
      ! update --output little --memory 30M 2> little.txt
      cat little.txt
      ! update --output both --memory 1G --micro-batch-tokens 5 2> both.txt
      head -1 both.txt
      """, in: folder)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains("'--memory' is 30M, but "), "\(result.text)")
    #expect(result.text.contains("or give '--recompute'"), "\(result.text)")
    #expect(result.text.contains("not both"), "\(result.text)")
  }

  @Test("a killed update leaves the old folder as it was")
  func killedUpdate() throws {
    let folder = try prepared()
    let result = try shell(
      """
      cp -r policy next
      srar-update sft --quiet train.jsonl.zst --policy policy --epochs 100000 --output next & pid=$!
      sleep 1; kill -9 $pid; wait $pid; diff -r policy next && echo same
      """, in: folder)
    #expect(result.text == "same\n", "\(result.errorText)")
  }
}
