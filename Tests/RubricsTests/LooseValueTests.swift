import Rubrics
import Testing

@Suite("Loose values")
struct LooseValueTests {
  private func read(_ json: String) -> LooseValue? { LooseValue(json: Array(json.utf8)) }

  @Test("are what Python's json module reads")
  func reading() {
    #expect(
      read(" [1, -2.5e1, 1.0, true, null] ")
        == .list(
          [.integer(1), .number(-25), .number(1), .boolean(true), .null]))
    #expect(read(#""a\n\u00e9\ud83d\ude00\/""#) == .text("a\né😀/"))
    #expect(read(#"{"a":1,"b":2,"a":3}"#)?["a"] == .integer(3))
    #expect(read("[Infinity,-Infinity]") == .list([.number(.infinity), .number(-.infinity)]))
    #expect(
      read("100000000000000000000") == .number(1e20))
    #expect(read("{}") == .object([]) && read("[ ]") == .list([]))
  }

  @Test(
    "are none where the text is not JSON",
    arguments: [
      "", " ", "[1,]", "{\"a\":1,}", "{a:1}", "[1 2]", "01", "1.", ".5", "+1", "1e", "\"a", "tru",
      "\"\u{1}\"", "\"\\x\"", "\"\\u12g4\"", "[1]]", "{\"a\" 1}", "'a'", "-",
    ])
  func notJSON(text: String) {
    #expect(read(text) == nil)
  }

  @Test("are none where the text is nested without end")
  func nesting() {
    #expect(read(String(repeating: "[", count: 100_000)) == nil)
  }

  @Test("are true, equal and text as in Python")
  func python() {
    let falsy: [LooseValue] = [
      .null, .boolean(false), .integer(0), .number(0), .text(""), .list([]), .object([]),
    ]
    #expect(falsy.allSatisfy { !$0.isTrue })
    #expect(LooseValue.text("false").isTrue && LooseValue.list([.null]).isTrue)
    #expect(LooseValue.boolean(true).isSameKey(as: .number(1)))
    #expect(!LooseValue.text("1").isSameKey(as: .integer(1)))
    #expect(LooseValue.null.isSameKey(as: .null) && !LooseValue.null.isSameKey(as: .integer(0)))
    #expect(LooseValue.number(1).keyText == "1.0" && LooseValue.boolean(false).keyText == "False")
  }
}
