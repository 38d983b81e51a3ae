import Foundation
import JSONLines
import TestSupport
import Testing

@Suite("Shards of a stream", .serialized)
struct ShardTests {
  /// Rollouts of 40 problems, three of each.
  private func rollouts() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      srar-prep synth -q --count 40 --output problems
      srar-update init -q --text problems --layers 1 --hidden 16 --heads 2 --vocabulary 300 --positions 320 --output policy
      srar-rollout -q --policy policy -n 3 --max-response-tokens 12 problems --output rollouts
      srar-judge -q rollouts | srar-reward -q | srar-advantage -q --allow-no-effect --output advantages
      """, in: folder.url)
    try #require(result.status == 0, "\(result.errorText)")
    return folder
  }

  @Test(
    "put together with cat are the whole, groups whole, through every stage",
    arguments: [
      ("srar-rollout -q --policy policy -n 3 --max-response-tokens 12", "problems"),
      ("srar-judge -q", "rollouts"), ("srar-judge steps -q", "rollouts"),
      ("srar-judge -q rollouts | srar-reward -q", "-"),
      ("srar-advantage -q --allow-no-effect", "advantages"),
    ])
  func concatenate(command: String, input: String) throws {
    let folder = try rollouts()
    let result = try ToolProcess.shell(
      """
      set -eo pipefail
      \(command) \(input) > whole
      for n in 1 2 3; do \(command) --shard $n/3 \(input) > part-$n; test -s part-$n; done
      cat part-1 part-2 part-3 > together
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    let together = try lines(of: folder.path("together"))
    #expect(together.count == 120)
    #expect(together.sorted() == (try lines(of: folder.path("whole"))).sorted())
    // A problem that came back after another one would be counted twice.
    let ids = together.map { $0.prefix { $0 != "," } }
    let changes = zip(ids, ids.dropFirst()).count { $0 != $1 }
    #expect(changes + 1 == Set(ids).count)
  }

  private func lines(of path: String) throws -> [String] {
    let reader = try LineReader(path: path, maximumLineBytes: 1 << 20)
    var lines: [String] = []
    while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }

  @Test("a line that cannot be read is rejected by the first alone")
  func badLines() throws {
    let folder = try rollouts()
    let result = try ToolProcess.shell(
      """
      set -eo pipefail
      { srar-judge steps -q --plain rollouts; echo '{"id":'; } > damaged
      for n in 1 2 3; do srar-judge -q --shard $n/3 --rejects rejects-$n damaged > part-$n; done
      grep -c '^{"id":$' rejects-1; test ! -s rejects-2; test ! -s rejects-3
      cat part-1 part-2 part-3 | srar-judge -q --plain | wc -l
      srar-judge -q --shard 2/3 damaged > /dev/null
      """, in: folder.url)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "1\n120\n")
    #expect(try ToolProcess.shell("srar-judge -q --shard 1/3 damaged", in: folder.url).status == 65)
  }

  @Test("a part that there is not, and rows that have no ids yet, are wrong usage")
  func usage() throws {
    for (command, complaint) in [
      ("srar-judge --shard 4/3", "must be a part such as 2/8, but is '4/3'"),
      ("srar-prep convert --shard 1/3", "parts records by their ids"),
    ] {
      let result = try ToolProcess.shell("echo | \(command)")
      #expect(result.status == 64)
      #expect(result.errorText.contains(complaint), "\(result.errorText)")
    }
  }
}
