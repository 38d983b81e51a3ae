import Diagnostics
import Testing

@Suite("Text of a message")
struct MessageTextTests {
  @Test("cuts a long word, and keeps its beginning, its end and what is around it")
  func longWord() {
    let id = "p" + String(repeating: "x", count: 99_998) + "q"
    let shown = messageText("in:3: record \"\(id)\" has no \"rubric\"")
    #expect(shown.hasPrefix("in:3: record \"pxxx") && shown.hasSuffix("xxq\" has no \"rubric\""))
    #expect(shown.count { $0 == "x" } < 200 && shown.contains("x…x"), "\(shown)")
  }

  @Test("bounds a whole message, also where its words are short")
  func longMessage() {
    let shown = messageText("a: " + String(repeating: "ab ", count: 50_000) + "z")
    #expect(shown.hasPrefix("a: ab ") && shown.hasSuffix("ab z"))
    #expect(shown.unicodeScalars.count == 1901)
  }

  @Test("is as for a terminal, and whole where it is short")
  func short() {
    let word = String(repeating: "é", count: 200)
    #expect(messageText("\(word) a\n\(word.dropLast(3))") == "\(word) a\\n\(word.dropLast(3))")
    #expect(messageText("").isEmpty)
  }
}
