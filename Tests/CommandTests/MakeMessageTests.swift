import Foundation
import TestSupport
import Testing

@Suite("What make says of its variables", .serialized)
struct MakeMessageTests {
  private func make(_ goal: String, _ more: String, in folder: TemporaryFolder) -> String {
    """
    make -C '\(Fixtures.root.path)' \(goal) BIN='\(ToolProcess.folder.path)' RUNS='\(folder.url.path)' RUN=run STEP=1 \
      PROBLEMS='\(folder.path("train.jsonl.zst"))' POLICY='\(folder.path("policy"))' GROUP_SIZE=2 MAX_RESPONSE_TOKENS=8 \
      TOOL_OPTIONS=--quiet ALLOW_NO_EFFECT=yes \(more)
    """
  }

  @Test("a batch that is larger than the set, a replaced preset, and a replay without a judge")
  func messages() throws {
    let run = try TinyRun()
    let large = try run.shell(make("step", "", in: run.folder))
    #expect(large.status == 2)
    #expect(large.errorText.contains("'--size' is 128, but"), "\(large.errorText)")
    #expect(large.errorText.contains("(make: GROUPS_PER_STEP)"), "\(large.errorText)")
    let preset = "GROUPS_PER_STEP=2 PRESET=grpo"
    let replaced = try run.shell(
      make("step", preset + " REWARD_OPTIONS='--format numbered'", in: run.folder))
    #expect(replaced.errorText.contains("'--answers-only' among them"), "\(replaced.errorText)")
    let step = try run.shell(make("step", preset, in: run.folder))
    #expect(step.status == 0, "\(step.errorText)")
    let replay = try run.shell(make("replay", preset, in: run.folder))
    #expect(replay.status == 2)
    #expect(
      replay.errorText.contains(
        "judge.log.jsonl to answer from: this step asked no judge, as with PRESET=grpo and PRESET=dapo"
      ), "\(replay.errorText)")
  }

  @Test(
    "steps are checked by arithmetic, whatever the environment names, unless the options name a model"
  )
  func checkJudge() throws {
    let run = try TinyRun()
    func said(_ more: String) throws -> String {
      try run.shell(
        "JUDGE_URL=http://127.0.0.1:9 JUDGE_MODEL=m "
          + make("-n step", "GROUPS_PER_STEP=2 STEP_CHECK=yes " + more, in: run.folder)
      ).text
    }
    #expect(try said("").contains("srar-judge steps --judge equations"))
    #expect(
      try said("STEP_CHECK_OPTIONS=--pitfalls").contains("srar-judge steps --judge equations"))
    #expect(!(try said("STEP_CHECK_OPTIONS='--model m'")).contains("steps --judge equations"))
  }
}
