import Foundation
import JSONLines
import TestSupport
import Testing

// Runs of srar-judge against a server of a test's own.

let judgeKey = "sk-very-secret-4711"

func judge(
  _ server: LoopbackServer, _ input: Data, _ more: [String] = [], in folder: TemporaryFolder
) throws -> ToolProcess.Result {
  try folder.write(judgeKey + "\n", to: "key")
  let tool = try ToolProcess(
    "srar-judge",
    [
      "--judge", "chat", "--url", "http://127.0.0.1:\(server.port)/v1", "--model", "m", "--plain",
      "--api-key-file", folder.path("key"), "--retry-pause", "0.02",
    ] + more)
  tool.write(input)
  return tool.finish(within: 120)
}

/// Checks that every record is there once, in order, with the true verdicts or none; gives how many were judged.
func expectAccounted(_ result: ToolProcess.Result, count: Int) throws -> Int {
  var judged = 0
  let lines = result.text.split(separator: "\n")
  #expect(lines.count == count)
  for (offset, line) in lines.enumerated() {
    let number = offset + 1
    let root = try JSONDocument(parsing: Array(line.utf8)).root
    #expect(root["id"]?.string == "p\(number)")
    let judge = try #require(root["judge"])
    let verdicts = try #require(judge["verdicts"]?.elements)
    if judge["status"]?.string == "ok" {
      judged += 1
      #expect(Set(verdicts.map { $0["id"]?.integer }).count == verdicts.count)
      for verdict in verdicts {
        let item = try #require(verdict["id"]?.integer)
        #expect(
          verdict["satisfied"]?.boolean == JudgedProblems.isSatisfied(number, item: item))
      }
    } else {
      #expect(judge["status"]?.string == "failed" && verdicts.isEmpty)
      #expect(judge["error"]?.string?.isEmpty == false)
    }
  }
  return judged
}
