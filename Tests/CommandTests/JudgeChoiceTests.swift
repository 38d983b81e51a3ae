import Foundation
import TestSupport
import Testing

@Suite("Which judge is asked, and what it is asked with", .serialized)
struct JudgeChoiceTests {
  private func rollouts(_ count: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      String(decoding: JudgedProblems.stream(count), as: UTF8.self), to: "rollouts")
    return folder
  }

  @Test("a server and a model in the environment alone are asked, unless equations are asked for")
  func environment() throws {
    let folder = try rollouts(2)
    let server = try JudgedProblems.server()
    defer { server.stop() }
    let variables = "JUDGE_URL=http://127.0.0.1:\(server.port)/v1 JUDGE_MODEL=mock"
    let chat = try ToolProcess.shell("\(variables) srar-judge --plain rollouts", in: folder.url)
    #expect(chat.status == 0, "\(chat.errorText)")
    #expect(try expectAccounted(chat, count: 2) == 2)
    #expect(chat.text.contains(#""model":"mock""#))
    let equations = try ToolProcess.shell(
      "\(variables) srar-judge --judge equations --allow-no-effect --plain rollouts",
      in: folder.url)
    #expect(equations.text.contains(#""model":"equations""#), "\(equations.errorText)")
    // One of the two alone asks for the other.
    let model = try ToolProcess.shell(
      "JUDGE_MODEL=mock srar-judge --plain rollouts", in: folder.url)
    #expect(model.status == 64 && model.errorText.contains("where is the judge?"))
    let help = try ToolProcess.run("srar-judge", ["judge", "--help"]).text
    #expect(
      help.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
        "(default: 'chat' where '--model', '--url', JUDGE_MODEL or JUDGE_URL names"), "\(help)")
  }

  @Test("a replay by a judge that the log does not know names those that it has")
  func replay() throws {
    let folder = try rollouts(2)
    let server = try JudgedProblems.server()
    defer { server.stop() }
    let judged = try ToolProcess.shell(
      "srar-judge -q --url http://127.0.0.1:\(server.port)/v1 --model mock --log log --plain rollouts > judged",
      in: folder.url)
    #expect(judged.status == 0, "\(judged.errorText)")
    let other = try ToolProcess.shell("srar-judge --replay log rollouts", in: folder.url)
    #expect(other.status == 65)
    #expect(
      other.errorText.contains(
        #"the log has no answer of "equations" for rollout 0 of record "p1"; it has answers of "mock" only: name the judge with '--model mock'"#
      ), "\(other.errorText)")
    #expect(!other.errorText.contains("--replay-missing"))
    let live = try ToolProcess.shell(
      "srar-judge --replay log --replay-missing live --allow-no-effect rollouts", in: folder.url)
    #expect(
      live.errorText.contains(
        #"judged by equations, though the replayed log has answers of "mock" only"#),
      "\(live.errorText)")
    let named = try ToolProcess.shell(
      "srar-judge --replay log --model mock --plain rollouts | cmp - judged", in: folder.url)
    #expect(named.status == 0, "\(named.errorText)")
    #expect(!named.errorText.contains("though"), "\(named.errorText)")
  }

  @Test(
    "a prompt's marks are known ones; other double braces are text",
    arguments: [
      ("{{steps}} {{items}} {{foo}}", "{{foo}}"), ("{{steps}} {{items}} {{Answer}}", "{{Answer}}"),
      ("{{steps}} {{items}} {{ problem }}", "{{ problem }}"),
    ])
  func marks(prompt: String, mark: String) throws {
    let folder = try rollouts(1)
    let server = try JudgedProblems.server { question, _ in
      question.prompt.contains(#"\frac{{1}}{2}, x^{{n}}"#)
        ? nil : .respond(status: 400, body: Data())
    }
    defer { server.stop() }
    let command =
      "srar-judge --url http://127.0.0.1:\(server.port)/v1 --model m --plain --prompt prompt rollouts"
    try folder.write(prompt, to: "prompt")
    let unknown = try ToolProcess.shell(command, in: folder.url)
    #expect(unknown.status == 64)
    #expect(
      unknown.errorText.contains("prompt: there is no mark \(mark), "), "\(unknown.errorText)")
    #expect(unknown.errorText.contains("{{items}}") && unknown.errorText.contains("{{marker}}"))
    try folder.write(
      #"\frac{{1}}{2}, x^{{n}} {{problem}} {{steps}}"# + "\nCRITERIA\n{{items}}\n"
        + #""code", which is "{{marker}}""#, to: "prompt")
    let known = try ToolProcess.shell(command, in: folder.url)
    #expect(known.status == 0, "\(known.errorText)")
  }

  @Test("a check of steps counts the rollouts that have none")
  func withoutSteps() throws {
    let folder = try TemporaryFolder()
    let lines = [
      RecordStreams.rollout(index: 0, correct: true),
      #"{"id":"p2","problem":"1?","ground_truth":"1","rollout":{"index":0,"response":"1","steps":[]}}"#,
    ]
    try folder.write(lines.joined(separator: "\n") + "\n", to: "in")
    let result = try ToolProcess.shell(
      "srar-judge steps in --metrics metrics > out; cat metrics", in: folder.url)
    #expect(result.errorText.contains("1 rollout without a step to check"), "\(result.errorText)")
    #expect(result.text.contains(#""without_steps":1"#), "\(result.text)")
  }

  @Test("a rollout without verdicts is told how to reward answers alone")
  func answersOnly() throws {
    let result = try ToolProcess.run(
      "srar-reward", ["--plain"],
      input: Data(RecordStreams.rollout(index: 0, correct: true).utf8))
    #expect(result.status == 65)
    #expect(
      result.errorText.contains(
        #"record "p1" has no "judge"; run srar-judge first, or give '--answers-only'"#),
      "\(result.errorText)")
  }
}
