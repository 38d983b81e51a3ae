import JSONLines
import Testing

@Suite("Parsed JSON")
struct JSONDocumentTests {
  private func document(_ json: String) throws -> JSONDocument {
    try JSONDocument(parsing: Array(json.utf8))
  }

  @Test(
    "a key that an object has twice is found at every depth, however it is escaped",
    arguments: [
      (#"{"id":1,"x":2,"id":3}"#, "id"),
      (#"{"id":1,"\u0069d":3}"#, "id"),
      (
        #"{"rollout":{"steps":[{"a":1},{"number":1,"b":{},"number":1}]}}"#,
        "rollout.steps[1].number"
      ),
      (#"[[{"a":{"b":null,"b":null}}]]"#, "[0][0].a.b"),
      (#"{"":1,"":1}"#, ""),
    ])
  func repeatedKeys(json: String, path: String) throws {
    #expect(try document(json).repeatedKey == path)
  }

  @Test("in an object of many members, too", arguments: [20, 24, 25, 26, 3000])
  func manyMembers(count: Int) throws {
    let members = (0..<count).map { "\"k\($0)\":\($0)" }
    #expect(try document("{\(members.joined(separator: ","))}").repeatedKey == nil)
    let twice = members + ["\"k\(count / 2)\":0"]
    #expect(try document("{\(twice.joined(separator: ","))}").repeatedKey == "k\(count / 2)")
  }

  @Test(
    "the same key in different objects is no repetition",
    arguments: [
      #"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#, #"{"a":1,"A":2,"á":3,"a\u0301":4}"#, "[1,2]",
      #""a""#, #"{"tokens":[1,2,3],"b":["a","a"]}"#,
    ])
  func differentObjects(json: String) throws {
    #expect(try document(json).repeatedKey == nil)
  }

  @Test("a number that no double holds is a number without a value, and no null")
  func hugeNumbers() throws {
    let root = try document(#"{"a":1e400,"b":[-1e999,2],"c":"\u0001","d":null}"#).root
    #expect(root["a"]?.kind == .number && root["a"]?.double == nil && root["a"]?.string == nil)
    #expect(root["b"]?.elements?.map(\.double) == [nil, 2])
    #expect(root["c"]?.string == "\u{1}" && root["d"]?.kind == .null)
  }
}
