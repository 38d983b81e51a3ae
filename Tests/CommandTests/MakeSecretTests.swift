import Foundation
import TestSupport
import Testing

@Suite("Options that make keeps")
struct MakeSecretTests {
  private func make(_ options: String, in folder: TemporaryFolder) throws -> ToolProcess.Result {
    // Neither is read: options are written, or refused, before any stage.
    try folder.write("", to: "problems.jsonl")
    return try ToolProcess.shell(
      """
      mkdir -p '\(folder.path("policy"))'
      make -C '\(Fixtures.root.path)' step BIN='\(ToolProcess.folder.path)' RUNS='\(folder.url.path)' RUN=run \
        STEP=1 PROBLEMS='\(folder.path("problems.jsonl"))' POLICY='\(folder.path("policy"))' JUDGE_OPTIONS='\(options)'
      """)
  }

  @Test(
    "hold no secret, and the refusal does not show it",
    arguments: [
      ("--header Authorization=hidden", "the value of a header", "Authorization=env:VARIABLE"),
      ("--header=X=hidden", "the value of a header", "--header X=@FILE"),
      ("--header A=env:KEY --header B=hidden", "the value of a header", "--header B=@FILE"),
      ("--url http://me:hidden@server/v1", "a password in a URL", "Authorization=@FILE"),
      ("--url http://server/v1?api-version=1&key=hidden", "the parameter \"key\"", "NAME=env:"),
      (#"--extra-body {"api_key":"hidden"}"#, "a member of a JSON object", "NAME=@FILE"),
      ("--model sk-hidden-hidden", "what looks like a key", "NAME=@FILE"),
    ])
  func refused(options: String, problem: String, remedy: String) throws {
    let folder = try TemporaryFolder()
    let result = try make(options, in: folder)
    #expect(result.status == 2)
    #expect(result.errorText.contains("judge.options holds \(problem)"), "\(result.errorText)")
    #expect(result.errorText.contains(remedy))
    #expect(!result.errorText.contains("hidden"))
    #expect(!result.text.contains("hidden"))
    let kept = try ToolProcess.shell("grep -r hidden '\(folder.url.path)'")
    #expect(kept.text.isEmpty)
  }

  @Test(
    "may hold the place of a secret",
    arguments: [
      "--header Authorization=env:KEY --header X=@/run/key",
      "--url http://server:8000/v1?api-version=2024-10-21",
      #"--extra-body {"max_tokens":5,"stop_token_ids":[1]}"#, "--api-key-file /run/key",
    ])
  func kept(options: String) throws {
    let folder = try TemporaryFolder()
    _ = try make(options, in: folder)
    let path = folder.path("run") + "/step-0001/judge.options"
    #expect(try String(contentsOfFile: path, encoding: .utf8) == options + "\n")
  }
}
