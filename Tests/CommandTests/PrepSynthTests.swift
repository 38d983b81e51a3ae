import Foundation
import TestSupport
import Testing

@Suite("srar-prep synth and batch")
struct PrepSynthTests {
  private func ids(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      String(line.dropFirst(#"{"id":""#.count).prefix { $0 != "\"" })
    }
  }

  @Test("synth writes the same bytes for the same seed, in records that lint finds sound")
  func synth() throws {
    let folder = try TemporaryFolder()
    let command = "srar-prep synth -q --count 300 --seed 7 --difficulty 3"
    let result = try ToolProcess.shell(
      "\(command) -o one && \(command) -o two && cmp one two && srar-prep lint --strict -q one",
      in: folder.url)
    #expect(result.status == 0, "\(result.text)\(result.errorText)")
    let plain = try ToolProcess.run("srar-prep", ["synth", "-q", "--count", "3", "--plain"])
    #expect(ids(plain.text) == ["synth-train-00001", "synth-train-00002", "synth-train-00003"])
    let test = try ToolProcess.run(
      "srar-prep", ["synth", "-q", "--count", "1", "--plain", "--split", "test"])
    #expect(ids(test.text) == ["synth-test-00001"])
    #expect(try ToolProcess.run("srar-prep", ["synth", "--count", "0", "--plain"]).output.isEmpty)
  }

  @Test("the sets under data are what synth makes", arguments: [("train", 500), ("test", 200)])
  func dataSets(split: String, count: Int) throws {
    let made = try ToolProcess.run(
      "srar-prep", ["synth", "-q", "--plain", "--count", "\(count)", "--split", split])
    // The bytes of a zstd file depend on the library's version; its lines do not.
    let file = Fixtures.root.appendingPathComponent("data/synth-\(split).jsonl.zst")
    let kept = try ToolProcess.run(
      "srar-prep", ["batch", "-q", "--plain", "--size", "\(count)", "--step", "1", file.path])
    #expect(made.text == kept.text && ids(made.text).count == count)
  }

  @Test(
    "options that make no sense are wrong usage",
    arguments: [
      ("synth --difficulty 4", "'--difficulty' must be 1, 2 or 3, but is 4"),
      ("synth --count=-1", "'--count' must be at least 0, but is -1"),
      (
        "synth --min-steps 4 --max-steps 3",
        "'--min-steps' and '--max-steps' must be in 2 ... 12, in order, but are 4 and 3"
      ),
      ("batch --size 0 --step 1 x", "'--size' must be at least 1, but is 0"),
      ("batch --size 1 --step 0 x", "'--step' must be at least 1, but is 0"),
      ("batch --size 9 --step 9223372036854775807 x", "is too large for '--size' 9"),
      ("batch --size 1 --step 1 -", "the problems must be a file, since they are read twice"),
    ])
  func usage(arguments: String, message: String) throws {
    let result = try ToolProcess.run("srar-prep", arguments.split(separator: " ").map(String.init))
    #expect(result.status == 64)
    #expect(result.errorText.contains(message), "\(result.errorText)")
  }

  @Test("a pass of batches takes every problem once, each pass in another order, by the seed")
  func batches() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write((0..<12).map { "{\"id\":\"\($0)\"}\n" }.joined(), to: "in")
    func batch(_ step: Int, seed: Int = 1, size: Int = 4) throws -> [String] {
      let result = try ToolProcess.run(
        "srar-prep",
        [
          "batch", "-q", "--plain", "--size", "\(size)", "--step", "\(step)", "--seed", "\(seed)",
          file,
        ])
      #expect(result.status == 0, "\(result.errorText)")
      return ids(result.text)
    }
    let first = try (1...3).map { try batch($0) }
    let second = try (4...6).map { try batch($0) }
    let all = (0..<12).map(String.init).sorted()
    #expect(first.flatMap { $0 }.sorted() == all && second.flatMap { $0 }.sorted() == all)
    #expect(first != second)
    #expect(try (1...3).map { try batch($0) } == first)
    #expect(try (1...3).map { try batch($0, seed: 2) } != first)
    // Within a batch the file's order is kept, and no problem comes twice, also across two passes.
    #expect(first.allSatisfy { $0 == $0.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) } })
    for step in 1...12 { #expect(Set(try batch(step, size: 5)).count == 5) }
  }

  @Test("two problems of one name are found before anything is sampled")
  func sameName() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("{\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"1\"}\n", to: "in")
    let result = try ToolProcess.run("srar-prep", ["batch", "--size", "2", "--step", "1", file])
    #expect(result.status == 65)
    #expect(
      result.errorText
        == "srar-prep: \(file):3: \"id\" of record \"1\" is that of an earlier problem, too\n")
  }

  @Test("a batch larger than the set is wrong usage")
  func tooLarge() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("{\"id\":\"1\"}\n", to: "in")
    let result = try ToolProcess.run("srar-prep", ["batch", "--size", "2", "--step", "1", file])
    #expect(result.status == 64)
    #expect(
      result.errorText
        == "srar-prep: '--size' is 2, but \(file) has only 1 problem; take at most as many (make: GROUPS_PER_STEP)\n"
    )
  }
}
