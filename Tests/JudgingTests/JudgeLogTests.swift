import Diagnostics
import Foundation
import JSONLines
import Judging
import Records
import Rubrics
import Testing

@Suite("Judge logs")
struct JudgeLogTests {
  /// A folder of its own for a test.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("judge-log-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func entry(_ request: String, step: Int, failure: String? = nil) -> JudgeLogEntry<Verdict>
  {
    JudgeLogEntry(
      request: request, record: "p1", index: 0, judge: "equations",
      reply: JudgeReply(
        outcome: failure.map { .failure(reason: $0) }
          ?? .entries([Verdict(id: 1, isSatisfied: true, step: step)]),
        text: "a \"reply\"\n of two lines", attempts: 2, latencyMilliseconds: 31))
  }

  @Test("answer with what was logged, the last answer to a question counting")
  func replays() throws {
    try withFolder { folder in
      let paths = ["a.jsonl", "b.jsonl"].map { folder.appendingPathComponent($0).path }
      let first = try AppendedLog(path: paths[0])
      try first.append(entry("q1", step: 1))
      try first.append(entry("q2", step: 2))
      try first.append(entry("q1", step: 3))
      let second = try AppendedLog(path: paths[1])
      try second.append(entry("q2", step: 4))
      try second.append(entry("q3", step: 0, failure: "no reply"))
      let replay = try JudgeReplay<Verdict>(paths: paths, maximumLineBytes: 1 << 20)
      #expect(replay.count == 3)
      let q1 = try #require(replay.entry(for: "q1"))
      #expect(q1.reply.outcome == .entries([Verdict(id: 1, isSatisfied: true, step: 3)]))
      #expect(q1.reply.attempts == 2 && q1.reply.latencyMilliseconds == 31)
      #expect(
        replay.entry(for: "q2")?.reply.outcome
          == .entries([Verdict(id: 1, isSatisfied: true, step: 4)]))
      #expect(replay.entry(for: "q3")?.reply.outcome == .failure(reason: "no reply"))
      #expect(replay.entry(for: "q4") == nil)
      let other = try JudgeReplay<Verdict>(paths: paths.reversed(), maximumLineBytes: 1 << 20)
      #expect(
        other.entry(for: "q2")?.reply.outcome
          == .entries([Verdict(id: 1, isSatisfied: true, step: 2)]))
    }
  }

  @Test("may hold answers to questions of several kinds, each read by its own")
  func kinds() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("log.jsonl").path
      let log = try AppendedLog(path: path)
      try log.append(entry("q1", step: 1))
      let steps = JudgeLogEntry(
        request: "q2", record: "p1", index: nil, judge: "m",
        reply: JudgeReply(
          outcome: .entries([StepVerdict(number: 1, isCorrect: false)]), text: nil,
          attempts: 1))
      try log.append(steps)
      let verdicts = try JudgeReplay<Verdict>(paths: [path], maximumLineBytes: 1 << 20)
      #expect(verdicts.count == 1 && verdicts.entry(for: "q1") != nil)
      let checks = try JudgeReplay<StepVerdict>(
        paths: [path], maximumLineBytes: 1 << 20)
      #expect(checks.count == 1 && checks.entry(for: "q2") == steps)
    }
  }

  @Test("are appended to, one line a call")
  func appends() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("log.jsonl").path
      for step in 1...3 { try AppendedLog(path: path).append(entry("q\(step)", step: step)) }
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.split(separator: "\n").count == 3 && text.hasSuffix("}\n"))
      #expect(
        text.hasPrefix(#"{"request":"q1","record":"p1","index":0,"judge":"equations","reply":"#))
    }
  }

  @Test(
    "refuse verdicts of the wrong type, with the place",
    arguments: [
      (#""verdicts":[{"id":1,"satisfied":"false","step":1}]"#, "satisfied"),
      (#""verdicts":[{"id":"1","satisfied":false,"step":1}]"#, "id"),
      (#""verdicts":[{"id":1,"satisfied":false,"step":1.5}]"#, "step"),
      (#""verdicts":[{"id":1,"satisfied":false}]"#, "step"),
      (#""verdicts":{}"#, "verdicts"), (#""reply":"x""#, "verdicts"),
    ])
  func refusesLooseTypes(members: String, field: String) throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("log.jsonl").path
      let line =
        #"{"request":"q","record":"p","index":0,"judge":"j","attempts":1,"# + members + "}\n"
      try line.write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: RecordError.self) {
        _ = try JudgeReplay<Verdict>(paths: [path], maximumLineBytes: 1 << 20)
      }
      #expect(error?.description.hasPrefix("\(path):1: ") == true)
      #expect(error?.description.contains(field) == true, "\(String(describing: error))")
    }
  }

  @Test("that cannot be written say so")
  func unwritable() {
    let error = #expect(throws: SystemError.self) {
      _ = try AppendedLog(path: "/nonexistent/folder/log.jsonl")
    }
    #expect(error?.exitStatus == .inputOutput)
  }

  @Test(
    "answer a question only with what a reply to it may hold",
    arguments: [
      ([1, 2], true), ([1], true), ([], true), ([1, 1], false), ([0, 1], false), ([1, 3], false),
    ])
  func fits(ids: [Int], fits: Bool) {
    let question = request([(.suggest, "1 + 1 = 2"), (.bonus, "2 + 2 = 4")], steps: ["1 + 1 = 2"])
    func logged<Entry: JudgementEntry>(_ outcome: JudgeOutcome<Entry>) -> JudgeLogEntry<Entry> {
      JudgeLogEntry(
        request: "q", record: "p", index: 0, judge: "m",
        reply: JudgeReply(outcome: outcome, text: nil, attempts: 1))
    }
    let entry = logged(.entries(ids.map { Verdict(id: $0, isSatisfied: true, step: 1) }))
    #expect(entry.fits(question) == fits)
    // Where every entry is needed, all have to be there.
    let steps = StepQuestion(problem: "", response: question.response, steps: question.steps)
    let checks = logged(.entries(ids.map { StepVerdict(number: $0, isCorrect: true) }))
    #expect(checks.fits(steps) == (ids == [1]))
    #expect(logged(JudgeOutcome<StepVerdict>.failure(reason: "no")).fits(steps))
    let contrast = ContrastQuestion(
      problem: "", groundTruth: nil, rightSolutions: [], flawedSolutions: [])
    #expect(!logged(JudgeOutcome<RubricItem>.entries([])).fits(contrast))
  }

  @Test("that lack an answer say which, and what to do")
  func missingAnswer() {
    let place = LinePosition(source: "in.jsonl", line: 9)
    let half = JudgingError.notInLog(
      record: "p7", index: nil, judge: "m", place, unreadable: "log:3: not JSON")
    #expect(half.description.contains("a line of it cannot be read (log:3: not JSON); add the log"))
    let unfit = JudgingError.unfitInLog(record: "p7", index: nil, judge: "m", place)
    #expect(unfit.description.contains("repeats ids") && unfit.exitStatus == .badData)
    let error = JudgingError.notInLog(
      record: "p7", index: 3, judge: "equations", LinePosition(source: "in.jsonl", line: 9))
    #expect(
      error.description
        == "in.jsonl:9: the log has no answer of \"equations\" for rollout 3 of record \"p7\"; "
        + "add the log that has it, or give '--replay-missing live'")
    #expect(error.exitStatus == .badData)
  }
}

@Suite("The fingerprint of a request")
struct FingerprintTests {
  private func fingerprint(
    items: [(RubricItemType, String)] = [(.suggest, "1 + 1 = 2")], steps: [String] = ["1 + 1 = 2"],
    problem: String = "How many?", judge: String = "equations"
  ) -> String {
    request(items, steps: steps, problem: problem).fingerprint(judge: judge)
  }

  @Test("is the SHA-256 of the question as JSON, in every run")
  func isStable() {
    // printf '{"judge":"equations","problem":"How many?",…,"steps":[[0,22]]}' | sha256sum
    #expect(
      fingerprint() == "e32c02a28c2966a35c131c8675743154eac97f24d2078dc59f7a78ff2c7e9a76")
  }

  @Test("differs with anything that is asked, and with whom")
  func differs() {
    let all = [
      fingerprint(), fingerprint(items: [(.bonus, "1 + 1 = 2")]),
      fingerprint(items: [(.suggest, "1 + 1 = 3")]), fingerprint(steps: ["1 + 1 = 2", ""]),
      fingerprint(problem: "How much?"), fingerprint(judge: "another"),
    ]
    #expect(Set(all).count == all.count)
    // ANSWER items are not asked about.
    #expect(
      fingerprint(items: [(.suggest, "1 + 1 = 2"), (.answer, "States 2.")]) == fingerprint())
  }
}
