import Foundation
import JSONLines
import Synchronization
import TestSupport
import Testing

@Suite("Runs conducted by make", .serialized)
struct MakeTests {
  /// Problems and a tiny policy.
  private func prepared() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      srar-prep synth --quiet --count 60 --output train.jsonl.zst && srar-update init --quiet \
        --text train.jsonl.zst --layers 1 --hidden 16 --heads 2 --vocabulary 300 --positions 320 --output policy
      """, in: folder.url)
    try #require(result.status == 0, "\(result.errorText)")
    return folder
  }

  private func make(_ goal: String, _ run: String, _ more: String = "", in folder: TemporaryFolder)
    -> String
  {
    """
    make -C '\(Fixtures.root.path)' \(goal) BIN='\(ToolProcess.folder.path)' RUNS='\(folder.url.path)' RUN=\(run) \
      PROBLEMS='\(folder.path("train.jsonl.zst"))' POLICY='\(folder.path("policy"))' GROUPS_PER_STEP=4 \
      GROUP_SIZE=2 MAX_RESPONSE_TOKENS=20 LEARNING_RATE=1e-3 TOOL_OPTIONS=--quiet ALLOW_NO_EFFECT=yes \(more)
    """
  }

  @Test("give the same bytes however often they are killed, and go on where they were")
  func resumes() throws {
    let folder = try prepared()
    let whole = try ToolProcess.shell(make("train", "whole", "STEPS=3", in: folder))
    #expect(whole.status == 0, "\(whole.errorText)")
    // Killed with all its children after ever longer times, then finished.
    let broken = try ToolProcess.shell(
      """
      for seconds in 0.02 0.05 0.08 0.12 0.2 0.3; do
        timeout --signal=KILL $seconds setsid \(make("train", "broken", "STEPS=3", in: folder)) > /dev/null 2>&1
      done
      \(make("train", "broken", "STEPS=3", in: folder))
      """)
    #expect(broken.status == 0, "\(broken.errorText)")
    // Rollouts name their policy by its path, so the streams differ in that; the policies that come of them do not.
    let difference = try ToolProcess.shell(
      """
      for n in 1 2 3; do
        diff -r \(folder.path("whole"))/step-000$n/policy \(folder.path("broken"))/step-000$n/policy
      done
      """)
    #expect(difference.text.isEmpty, "\(difference.text)")
  }

  @Test("distil rubrics from a log of solutions, and ask nothing twice")
  func distils() throws {
    let folder = try TemporaryFolder()
    let synth = try ToolProcess.run(
      "srar-prep", ["synth", "-q", "--plain", "--count", "3", "--seed", "9"])
    try folder.write(synth.text, to: "train.jsonl.zst")
    var log = ""
    for line in synth.text.split(separator: "\n") {
      let root = try JSONDocument(parsing: Array(line.utf8)).root
      let id = try #require(root["id"]?.string)
      let solution = try #require(root["solution"]?.string)
      for response in [solution, #"### Step 1: guess \boxed{-1}"#] {
        let entry = try JSONSerialization.data(withJSONObject: ["id": id, "response": response])
        log += String(decoding: entry, as: UTF8.self) + "\n"
      }
    }
    try folder.write(log, to: "solutions.jsonl")
    let calls = Mutex(0)
    let server = try LoopbackServer { request in
      calls.withLock { $0 += 1 }
      let isContrast = String(decoding: request.body, as: UTF8.self).contains("FLAWED SOLUTIONS")
      let items = ["SUGGEST", "BONUS", "ANSWER"].enumerated().map {
        isContrast
          ? #"{"id":\#($0.offset + 1),"type":"\#($0.element)","text":"Does this."}"#
          : #"{"id":\#($0.offset + 1),"right":\#($0.element != "BONUS"),"relevant":true,"type_apt":true}"#
      }
      return .respond(
        status: 200, body: JudgedProblems.completion("[\(items.joined(separator: ","))]"))
    }
    defer { server.stop() }
    let command =
      """
      make -C '\(Fixtures.root.path)' distill BIN='\(ToolProcess.folder.path)' RUNS='\(folder.url.path)' RUN=run \
        PROBLEMS='\(folder.path("train.jsonl.zst"))' SOLUTIONS='\(folder.path("solutions.jsonl"))' \
        DISTILL_OPTIONS='--url http://127.0.0.1:\(server.port) --model m' TOOL_OPTIONS='--quiet --plain'
      """
    let result = try ToolProcess.shell(command)
    #expect(result.status == 0, "\(result.errorText)")
    let problems = try String(
      contentsOfFile: folder.path("run/distill/problems.jsonl.zst"), encoding: .utf8)
    let lines = problems.split(separator: "\n")
    #expect(lines.count == 3)
    for line in lines {
      let root = try JSONDocument(parsing: Array(line.utf8)).root
      let types = root["rubric"]?.elements?.compactMap { $0["type"]?.string }
      #expect(types == ["SUGGEST", "ANSWER"] && root["rollout"] == nil)
    }
    #expect(calls.withLock { $0 } == 6)
    // Without the products the logs answer.
    let again = try ToolProcess.shell(
      "rm \(folder.path("run/distill"))/{distilled,problems}.jsonl.zst; \(command)")
    #expect(again.status == 0, "\(again.errorText)")
    #expect(calls.withLock { $0 } == 6)
    #expect(
      try String(contentsOfFile: folder.path("run/distill/problems.jsonl.zst"), encoding: .utf8)
        == problems)
  }

  @Test("redo what follows a change, and nothing else")
  func redoesWhatFollows() throws {
    let folder = try prepared()
    let step = folder.path("run/step-0001")
    let result = try ToolProcess.shell(
      """
      set -e
      \(make("step", "run", "STEP=1", in: folder)) > /dev/null
      cd \(step) && stat -c '%n %Y.%y' *.zst policy/config.json > ../before && cd - > /dev/null
      \(make("step", "run", "STEP=1", in: folder)) > /dev/null
      cd \(step) && stat -c '%n %Y.%y' *.zst policy/config.json | cmp - ../before && cd - > /dev/null
      \(make("step", "run", "STEP=1 REWARD_OPTIONS='--format-weight 0.2'", in: folder)) > /dev/null
      cd \(step) && stat -c '%n %Y.%y' *.zst policy/config.json | { diff - ../before || true; } | grep '^<' | cut -d' ' -f2
      """)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text.split(separator: "\n").sorted()
        == ["advantages.jsonl.zst", "policy/config.json", "rewarded.jsonl.zst"])
  }

  @Test(
    "redo what follows other inputs, a judge or a check that is left out, also where files are older",
    arguments: [
      (
        "POLICY=other",
        [
          "advantages.jsonl.zst", "judged.jsonl.zst", "policy/config.json", "rewarded.jsonl.zst",
          "rollouts.jsonl.zst",
        ]
      ),
      (
        "PROBLEMS=other.jsonl.zst",
        [
          "advantages.jsonl.zst", "judged.jsonl.zst", "policy/config.json", "prompts.jsonl.zst",
          "rewarded.jsonl.zst", "rollouts.jsonl.zst",
        ]
      ),
      ("PRESET=grpo", ["advantages.jsonl.zst", "policy/config.json", "rewarded.jsonl.zst"]),
      ("STEP_CHECK=no", ["advantages.jsonl.zst", "policy/config.json", "rewarded.jsonl.zst"]),
    ])
  func redoesWhatFollowsOtherInputs(change: String, redone: [String]) throws {
    let folder = try prepared()
    let step = folder.path("run/step-0001")
    let change = change.replacing("=other", with: "='\(folder.path("other"))").appending(
      change.contains("=other") ? "'" : "")
    let result = try ToolProcess.shell(
      """
      set -e
      cp -r policy other
      srar-prep synth --quiet --count 60 --seed 2 --output other.jsonl.zst
      touch -d '2 days ago' other/* other.jsonl.zst
      \(make("step", "run", "STEP=1 STEP_CHECK=yes", in: folder)) > /dev/null
      cd \(step) && stat -c '%n %Y.%y' *.zst policy/config.json > ../before && cd - > /dev/null
      \(make("step", "run", "STEP=1 STEP_CHECK=yes \(change)", in: folder)) > /dev/null
      cd \(step) && stat -c '%n %Y.%y' *.zst policy/config.json | { diff - ../before || true; } | grep '^<' | cut -d' ' -f2
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text.split(separator: "\n").map(String.init).filter { $0 != "checked.jsonl.zst" }
        .sorted() == redone)
  }

  @Test("make one stage of a step alone, by the name of its file")
  func oneStage() throws {
    let folder = try prepared()
    let stage = folder.path("run/step-0002/judged.jsonl.zst")
    let result = try ToolProcess.shell(
      """
      set -e
      \(make("train", "run", "STEPS=2", in: folder)) > /dev/null
      touch run/step-0002/rollouts.jsonl.zst
      \(make(stage, "run", in: folder)) > /dev/null
      [[ \(stage) -nt run/step-0002/rollouts.jsonl.zst ]]
      [[ run/step-0002/rewarded.jsonl.zst -ot run/step-0002/rollouts.jsonl.zst ]]
      ls run
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "step-0001\nstep-0002\n")
  }

  @Test(
    "say what is missing",
    arguments: [
      ("step PROBLEMS= POLICY=", "give PROBLEMS=file and POLICY=folder"),
      ("train PROBLEMS=/none POLICY=/", #"PROBLEMS: there is no "/none""#),
      ("eval SET= EVAL_POLICY=", "give SET=file and EVAL_POLICY=folder"),
      ("eval SET=/none EVAL_POLICY=/", #"SET: there is no "/none""#),
      ("compare A=x B=y", "measure with 'make eval RUN=x SET=file EVAL_POLICY=folder' first"),
      ("train PRESET=none", #"there is no preset "none""#),
      ("train STEPS=0", #"STEPS is "0": give a number from 1 on"#),
      ("replay STEP=x", #"STEP is "x": give a number from 1 on"#),
      ("replay STEP=1", "step-0001/rollouts.jsonl.zst to judge again"),
    ])
  func missing(goal: String, complaint: String) throws {
    let result = try ToolProcess.shell("make -C '\(Fixtures.root.path)' \(goal) RUN=none")
    #expect(result.status == 2)
    #expect(result.errorText.contains(complaint), "\(result.errorText)")
  }

  @Test(
    "replace a measurement only by another one",
    arguments: [
      "SET=empty", "SET=nothing", "EVAL_POLICY=nowhere", "JUDGE_OPTIONS=--no-such-option",
      "REWARD_OPTIONS=--no-such-option", "EVAL_OPTIONS=--no-such-option",
    ])
  func failedMeasurement(change: String) throws {
    let folder = try prepared()
    let eval = make(
      "eval", "run",
      "SET='\(folder.path("set"))' EVAL_OPTIONS='--group-size 1 --max-response-tokens 4'",
      in: folder)
    let other = change.replacing("SET=", with: "SET=\(folder.url.path)/").replacing(
      "POLICY=", with: "POLICY=\(folder.url.path)/")
    let result = try ToolProcess.shell(
      """
      set -e
      srar-prep batch --quiet --size 2 --step 1 train.jsonl.zst --output set
      echo | srar-prep --quiet > empty
      touch nothing; mkdir nowhere
      \(eval) > /dev/null
      cd run; sha256sum *.zst > ../before; cd ..
      ! \(eval) '\(other)' > /dev/null 2> said
      cd run; sha256sum -c --quiet ../before; ls *.zst
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "eval-problems.jsonl.zst\neval.jsonl.zst\n", "\(result.text)")
  }

  @Test("show what they would do, and do nothing, under make -n")
  func dryRun() throws {
    let folder = try prepared()
    let result = try ToolProcess.shell(make("-n step", "dry", "STEP=1", in: folder))
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.contains("srar-judge --quiet") || result.text.contains("srar-judge --log"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("dry")))
  }

  @Test("make the steps before the one that is asked for where they are missing, and no others")
  func earlierSteps() throws {
    let folder = try prepared()
    let result = try ToolProcess.shell(
      """
      set -e
      \(make("step", "run", "STEP=2", in: folder)) > '\(folder.path("said"))'
      grep "/run: steps that step 2 needs are missing and are made first: 1" '\(folder.path("said"))'
      # As killed while the first step's options were written.
      \(make("step", "begun", "STEP=2", in: folder)) > /dev/null
      rm -r '\(folder.path("begun"))'/step-0002 '\(folder.path("begun"))'/step-0001/{rollout,judge,update}.options
      \(make("step", "begun", "STEP=2", in: folder)) > /dev/null
      cmp '\(folder.path("run"))'/step-0002/policy/model.safetensors '\(folder.path("begun"))'/step-0002/policy/model.safetensors
      cd '\(folder.path("run"))'
      touch -r step-0001/policy/config.json before
      \(make("step", "run", "STEP=2 REWARD_OPTIONS='--format-weight 0.2'", in: folder)) > /dev/null
      test ! step-0001/policy/config.json -nt before
      test ! step-0001/rewarded.jsonl.zst -nt before
      test step-0002/rewarded.jsonl.zst -nt before
      test step-0002/policy/config.json -nt before
      """)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test("replay a step from its log, by the options that it was made with or by others")
  func replays() throws {
    let folder = try prepared()
    let result = try ToolProcess.shell(
      """
      set -e
      \(make("step", "run", "STEP=1 REWARD_OPTIONS='--format numbered' ESTIMATOR=grpo", in: folder)) > /dev/null
      \(make("replay", "run", "STEP=1", in: folder)) > /dev/null
      for name in judged rewarded advantages; do
        cmp \(folder.path("run"))/step-0001/$name.jsonl.zst \(folder.path("run"))/step-0001/replay/$name.jsonl.zst
      done
      \(make("replay", "run", "STEP=1 ESTIMATOR=srar", in: folder)) > /dev/null
      ! cmp -s \(folder.path("run"))/step-0001/advantages.jsonl.zst \(folder.path("run"))/step-0001/replay/advantages.jsonl.zst
      """)
    #expect(result.status == 0, "\(result.errorText)")
  }

  @Test(
    "make a step in shards: the same records, nothing left over, and a part that is done is not done again"
  )
  func shards() throws {
    let folder = try prepared()
    let sharded = make("step", "sharded", "STEP=1 SHARDS=3", in: folder) + " -j 3"
    let result = try ToolProcess.shell(
      """
      set -eo pipefail
      \(make("step", "whole", "STEP=1", in: folder)) > /dev/null
      # A judge that cannot start fails the stage after the rollouts are there.
      ! \(sharded) JUDGE_OPTIONS=--no-such-option > /dev/null 2>&1
      stat -c %Y.%y sharded/step-0001/rollouts.jsonl.zst > before
      \(sharded) > /dev/null
      stat -c %Y.%y sharded/step-0001/rollouts.jsonl.zst | cmp - before
      for name in rollouts judged; do
        srar-judge -q --plain whole/step-0001/$name.jsonl.zst | sort > a
        srar-judge -q --plain sharded/step-0001/$name.jsonl.zst | sort | cmp - a
      done
      ls sharded/step-0001 | grep -- -of- || true
      \(make("-n step", "dry", "STEP=1 SHARDS=3", in: folder)) | grep -c -- '--shard'
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "6\n", "\(result.text)")
  }

  @Test(
    "make an experiment: a rate for each arm, every arm under every seed, the results written, and nothing twice"
  )
  func experiment() throws {
    let folder = try TemporaryFolder()
    let task = "--min-steps 2 --max-steps 2 --seed 1"
    let experiment = make(
      "-j 2 experiment-steps", "small",
      """
      RESULTS='\(folder.path("results"))' ARMS='grpo srar' RATES='1e-4 1e-3' SEEDS='1 2' STEPS=2 TEST_PROBLEMS=3 \
        experiment-train='--count 30 \(task)' experiment-held-out='--split test --count 6 \(task)' \
        experiment-init='--text \(folder.path("small/train.jsonl.zst")) --layers 1 --hidden 16 --heads 2 --vocabulary 300 --positions 512' \
        experiment-sft='--learning-rate 1e-3 --batch-tokens 2048'
      """, in: folder)
    try folder.write("## What it shows\n", to: "results-discussion.md")
    let result = try ToolProcess.shell(
      "\(experiment) > first && \(experiment) > second && ls small/srar small/srar/seed-2/step-0002 && ! grep done second",
      in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(
      result.text.split(separator: "\n") == [
        "small/srar:", "rate", "seed-1", "seed-2", "small/srar/seed-2/step-0002:",
        "advantage.options", "advantages.jsonl.zst", "check.options", "checked-from.options",
        "judge.options", "metrics.jsonl", "problems.options", "prompts.options", "reward.options",
        "rewarded-from.options", "rewarded.jsonl.zst", "rollout.options", "start.options",
        "update.options",
      ])
    let text = try String(contentsOfFile: folder.path("results.md"), encoding: .utf8)
    #expect(text.contains("2 arms, seeds 1, 2, 2 RL steps each"), "\(text)")
    #expect(text.contains("![Curves of all arms over the training steps](results.svg)"))
    #expect(text.hasSuffix("\n## What it shows\n"))
    #expect(FileManager.default.fileExists(atPath: folder.path("small/report.html")))

    // Another number of steps makes every run anew, and leaves nothing of the old ones.
    let shorter = try ToolProcess.shell(
      "\(experiment) STEPS=1 | grep -c done && ls -d small/{,tuning/}*/*/step-* | grep -c 0002",
      in: folder.url)
    #expect(shorter.text == "8\n0\n", "\(shorter.errorText)")
  }

  @Test("list their targets, and make no folder for that")
  func help() throws {
    let result = try ToolProcess.shell(
      "make -C '\(Fixtures.root.path)' help RUN=never-made; ls -d '\(Fixtures.root.path)'/runs/never-made"
    )
    #expect(result.text.contains("make demo"))
    #expect(result.text.contains("make train"))
    #expect(result.status != 0, "a folder was made")
  }
}
