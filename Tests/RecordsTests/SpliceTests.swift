import Diagnostics
import Foundation
import JSONLines
import RandomStreams
import Records
import TestSupport
import Testing

@Suite("Splicing an object into a line")
struct SpliceTests {
  /// The object under test: a number under "reward".
  private struct Number: RecordObject {
    static let key = "reward"
    static let tool = "test"
    let value: Int

    init(_ value: Int) { self.value = value }
    init(_ fields: Fields) throws { value = try fields.integer("value") }

    func write(to json: inout JSONWriter) { json.object { $0.member("value", value) } }
  }

  private func spliced(_ line: String, _ value: Int) throws -> String {
    let folder = try TemporaryFolder()
    let document = JSONDocument()
    try Array(line.utf8).withUnsafeBytes { try document.parse($0) }
    let record = try Record(document: document, position: LinePosition(source: "test", line: 1))
    let stream = try LineWriter(.file(folder.path("out")), format: .plain, level: nil)
    try RecordWriter(stream).write(record, setting: Number(value))
    try stream.finish()
    return try String(contentsOfFile: folder.path("out"), encoding: .utf8)
  }

  @Test(
    "replaces the member where it stands, or adds it at the end",
    arguments: [
      (#"{"id":"a"}"#, #"{"id":"a","reward":{"value":7}}"#),
      (#"{}"#, #"{"reward":{"value":7}}"#),
      (#" { "id" : "a" } "#, #" { "id" : "a" ,"reward":{"value":7}} "#),
      (#"{"reward":{"value":1},"x":2}"#, #"{"reward":{"value":7},"x":2}"#),
      (#"{"reward" : [1,{"reward":2}] , "x":2}"#, #"{"reward" : {"value":7} , "x":2}"#),
      (#"{"reward":null,"x":1,"reward":3,"y":2}"#, #"{"reward":{"value":7},"x":1,"y":2}"#),
      (#"{"reward":1,"reward":2}"#, #"{"reward":{"value":7}}"#),
      (#"{"rew\u0061rd":1,"x":"}\"{"}"#, #"{"rew\u0061rd":{"value":7},"x":"}\"{"}"#),
    ])
  func splices(line: String, expected: String) throws {
    #expect(try spliced(line, 7) == expected + "\n")
  }

  @Test("leaves every other member's bytes and order alone", arguments: UInt64(0)..<300)
  func leavesTheRest(seed: UInt64) throws {
    var random = RandomStream(seed: seed, "objects")
    var members = (0..<random.integer(in: 0...6)).map { index in
      (
        key: "\"k\(index)\(random.element(of: ["", "é", "\\n", " "]))\"",
        value: value(&random, depth: 3)
      )
    }
    let position = random.integer(in: 0...members.count)
    let isThere = random.integer(in: 0...1) == 1
    if isThere {
      members.insert((key: "\"reward\"", value: value(&random, depth: 2)), at: position)
    }
    func space() -> String { random.element(of: ["", " ", "\t", "  "]) }
    let line =
      "{"
      + members.map { "\(space())\($0.key)\(space()):\(space())\($0.value)\(space())" }
      .joined(separator: ",") + "}"
    let result = try spliced(line, 5)
    for member in members where member.key != "\"reward\"" {
      #expect(result.contains(member.key) && result.contains(member.value), "seed \(seed): \(line)")
    }
    #expect(
      result.ranges(of: #""reward""#).count == 1
        + (line.ranges(of: #""reward""#).count - (isThere ? 1 : 0)))
    let document = JSONDocument()
    try Array(result.utf8).withUnsafeBytes { try document.parse($0) }
    #expect(document.root["reward"]?["value"]?.integer == 5, "seed \(seed): \(line)")
    let keys = document.root.members?.map(\.key).filter { $0 != "reward" }
    #expect(keys?.count == members.count - (isThere ? 1 : 0))
    #expect(keys == keys?.sorted { $0.dropFirst().prefix(1) < $1.dropFirst().prefix(1) })
    // Setting it again changes nothing else.
    #expect(try spliced(String(result.dropLast()), 5) == result)
  }

  private func value(_ random: inout RandomStream, depth: Int) -> String {
    switch random.integer(in: 0...(depth > 0 ? 6 : 4)) {
    case 0: return "1.50"
    case 1: return #""a\"b}]\\""#
    case 2: return "123456789012345678901"
    case 3: return "null"
    case 4: return "[ ]"
    case 5:
      return "[" + (0..<3).map { _ in value(&random, depth: depth - 1) }.joined(separator: " , ")
        + "]"
    default: return "{\"q\": \(value(&random, depth: depth - 1)) }"
    }
  }
}
