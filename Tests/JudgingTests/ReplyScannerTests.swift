import Foundation
import JSONLines
import Judging
import RandomStreams
import Rubrics
import Testing

@Suite("JSON as language models write it")
struct ReplyScannerTests {
  private let code = "0123456789abcdef"
  private let both = [
    Verdict(id: 1, isSatisfied: true, step: 2), Verdict(id: 2, isSatisfied: false, step: -1),
  ]

  private func verdicts(_ reply: String) -> [Verdict] {
    ReadEntries<Verdict>(reply: reply, ids: [1, 2], code: code).entries
  }

  /// The text of a rubric item that is written so in a reply; nil where there is none.
  private func itemText(_ written: String) -> String? {
    let reply = #"{"code":"\#(code)","rubric":[{"id":1,"type":"SUGGEST","text":"\#(written)"}]}"#
    return ReadEntries<RubricItem>(reply: reply, ids: [1], code: code).entries.first?.text
  }

  @Test(
    "is read with its slips",
    arguments: [
      #"{"code":"CODE","verdicts":[{"id":1,"satisfied":true,"step":2,},{"id":2,"satisfied":false,"step":-1,},],}"#,
      #"{'code':'CODE','verdicts':[{'id':1,'satisfied':True,'step':2},{'id':2,'satisfied':False,'why':None,'step':-1}]}"#,
      #"{code: "CODE", verdicts: [{id: 1, satisfied: true, step: 2}, {id: 2, satisfied: false, step: -1}]}"#,
      """
      ```json
      { // the code
        "code": "CODE", # as asked for
        "verdicts": [ /* two: {"id":1,"satisfied":false,"step":1} */
          {"id": 1, "satisfied": true, "step": 2}, // "yes"
          {"id": 2, // it's not
           "satisfied": false, "step": -1}
        ]
      }
      ```
      """,
      "data: {\"code\":\"CODE\",\ndata: \"verdicts\":[\ndata: {\"id\":1,\"satisfied\":true,\"step\":2},\ndata: {\"id\":2,\"satisfied\":false,\ndata:\"step\":-1}]}\n\ndata: [DONE]",
      "{\"code\":\"CODE\",\"verdicts\":[{\"id\":1,\"why\":\"two\nlines\tand a tab\",\"satisfied\":true,\"step\":2},{\"id\":2,\"satisfied\":false,\"step\":-1}]}",
      #"{"code":"CODE","verdicts":[{"id":1,"why":"\(x\) \frac{1}{2} \u{1} \ud83d it\'s \x","satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]}"#,
      #"{"code":"CODE","verdicts":[{"id":1.0,"satisfied":true,"step":2.00},{"id":2,"satisfied":false,"step":-1.0}]}"#,
      #"{"code":"CODE","verdicts":[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]} // {"id":2,"satisfied":true,"step":9}"#,
      #"{"code":"CODE","verdicts":[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]} /* {"id":2,"satisfied":true,"step":9} */"#,
      #"<!-- {"code":"CODE","verdicts":[{"id":2,"satisfied":true,"step":9}]} --> {"code":"CODE","verdicts":[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]}"#,
      #""{\"code\":\"CODE\",\"verdicts\":[{\"id\":1,\"why\":\"\ud83d x\",\"satisfied\":true,\"step\":2},{\"id\":2,\"satisfied\":false,\"step\":-1}]}""#,
      #"{"code":"CODE","verdicts":[{"id":1,"evidence":{"quote":"a","lines":[1,2,],},"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]}"#,
      #"{"code":"CODE","verdicts":[{"id":1,"satisfied":true,"step":2},{"id":3,"satisfied":maybe},{"id":2,"satisfied":false,"step":-1}]}"#,
      #"{"code":"CODE","verdicts":[{"id":1,"satisfied":true,"step":2},{"id":3,"why":"he said "so"","satisfied":true},{"id":2,"satisfied":false,"step":-1}]}"#,
    ])
  func slips(reply: String) {
    #expect(verdicts(reply.replacing("CODE", with: code)) == both)
  }

  @Test(
    "has no slips in its values: types stay strict",
    arguments: [
      #"[{'id':'1','satisfied':True,'step':2}]"#, #"[{'id':1,'satisfied':'True','step':2}]"#,
      #"[{"id":01,"satisfied":true,"step":2}]"#, #"[{"id":+1,"satisfied":true,"step":2}]"#,
      #"[{"id":1,"satisfied":yes,"step":2}]"#, #"[{"id":1,"satisfied":true,"step":2.}]"#,
    ])
  func strictValues(reply: String) {
    #expect(verdicts(reply).isEmpty)
  }

  @Test(
    "keeps LaTeX that has one backslash where JSON wants two",
    arguments: [
      #"Computes \frac{1}{2} right, \times and \beta."#, #"\(37\) and \[x\] in \{1, 2\}"#,
      #"\sqrt{2} \alpha \Delta \, \; \% \$ \_ \&"#,
      #"\nu \neq \ne \nabla \not\in \notin \rho \right) \rangle \rightarrow"#,
      #"\theta \tan x \to \text{cm} \tfrac12 \tau \triangle"#,
      #"\bar{x} \binom{n}{k} \begin{cases} \boldsymbol{v} \bullet \forall \frac12 \flat \fbox{4}"#,
      #"\r{a} \t{oo} \b{x} \tg \th \tr(A) \number \negthinspace \negmedspace \thickspace \textquotesingle"#,
      #"\rm x \rule \round(3) \raise \num{5} \nCr \ni \tt y \norm{x} \triangleABC \timesb"#,
      #"\underline{x} \uparrow \upsilon \underbrace{a+b}"#, #"\left(\frac{a}{b}\right)^2"#,
    ])
  func latex(text: String) {
    #expect(itemText(text) == text)
    // What is escaped as it should be stays the same.
    #expect(itemText(text.replacing(#"\"#, with: #"\\"#)) == text)
  }

  @Test(
    "keeps the escapes of JSON where no command of LaTeX follows",
    arguments: [
      (#"one\nnext\nut\nequal\ntwo"#, "one next ut equal two"),
      (#"a\tb\ttotal\r\nreal"#, "a b total real"), (#"\u00e9\u0041 \ud83d\ude00"#, "éA 😀"),
      (#"a \"quote\" and a \/"#, #"a "quote" and a /"#), (#"it\'s"#, "it's"),
      (#"\\nu \\\\ \\\frac"#, #"\nu \\ \\frac"#), (#"\n\n- x\n1"#, "- x 1"),
    ])
  func escapes(written: String, text: String) {
    #expect(itemText(written) == text)
  }

  @Test(
    "keeps line breaks and tabs where the LaTeX beside them is doubled",
    arguments: [
      (#"\\frac12: Eats\tapples\nx = 5\ny"#, #"\frac12: Eats apples x = 5 y"#),
      (#"\\times 3\nexists"#, #"\times 3 exists"#),
      // Where some has one backslash, others may have.
      (#"\\frac12 \sqrt2 \nu"#, #"\frac12 \sqrt2 \nu"#),
      (#"\\frac12 \rho \tan x"#, #"\frac12 \rho \tan x"#),
    ])
  func doubled(written: String, text: String) {
    #expect(itemText(written) == text)
  }

  @Test("keeps a command with one backslash among doubled ones, where it can be nothing else")
  func mixed() {
    #expect(itemText(#"\\frac12 and \times 3 \nu"#) == #"\frac12 and \times 3 \nu"#)
    #expect(itemText(#"\\frac12 \theta \to \text{a}"#) == #"\frac12 \theta \to \text{a}"#)
    // Where it may be a line break and a letter, the text is none.
    #expect(itemText(#"\\frac12: x\nu = 5"#) == nil && itemText(#"\\frac12: a\tan x"#) == nil)
  }

  @Test(
    "keeps the row breaks of LaTeX with one backslash",
    arguments: [
      (#"\begin{pmatrix}1\\2\end{pmatrix} a\\b"#, #"\begin{pmatrix}1\\2\end{pmatrix} a\b"#),
      (#"\begin{cases}a\\\frac12\\\\c\end{cases}"#, #"\begin{cases}a\\\frac12\\c\end{cases}"#),
      (#"\\begin{pmatrix}1\\\\2\\end{pmatrix}"#, #"\begin{pmatrix}1\\2\end{pmatrix}"#),
    ])
  func rowBreaks(written: String, text: String) {
    #expect(itemText(written) == text)
  }

  @Test(
    "gives no item a control character",
    arguments: [
      #"a \b c"#, #"a \f1"#, #"\u000crac{1}{2}"#, "\u{8}eta", "a\u{B}b", #"a \u007f"#, "a\u{90}",
      #"\u0000"#,
    ])
  func controlCharacters(written: String) {
    let reply =
      #"{"code":"\#(code)","rubric":[{"id":1,"type":"SUGGEST","text":"\#(written)"}]}"#
    let read = ReadEntries<RubricItem>(reply: reply, ids: [1], code: code)
    #expect(read.entries.isEmpty && read.dropped == 1)
  }

  // Random texts.

  /// A string of valid JSON, without escapes that LaTeX claims.
  private func string(_ random: inout RandomStream) -> String {
    let pieces = [
      "a", " ", "{", "}", "[", "]", ":", ",", "'", "//", "#", "/*", "é", "😀", #"\""#, #"\\"#,
      #"\/"#,
      #"\n"#, #"\t "#, #"\u00e9"#, #"\ud83d\ude00"#, "data:", "True", #"\\n"#, #"\"code\":"#,
    ]
    let count = random.integer(in: 0..<8)
    return "\"" + (0..<count).map { _ in pieces[random.integer(in: 0..<pieces.count)] }.joined()
      + "\""
  }

  private func value(_ random: inout RandomStream, depth: Int) -> String {
    switch random.integer(in: 0..<(depth > 3 ? 5 : 7)) {
    case 0: return string(&random)
    case 1: return String(random.integer(in: -50..<50))
    case 2: return ["true", "false", "null"][random.integer(in: 0..<3)]
    case 3: return ["1.5", "-0.25e3", "0", "1E+2"][random.integer(in: 0..<4)]
    case 4: return ["{}", "[ ]", "[\n1 ,2]"][random.integer(in: 0..<3)]
    case 5:
      let count = random.integer(in: 0..<4)
      let values = (0..<count).map { _ in value(&random, depth: depth + 1) }
      return "[" + values.joined(separator: ", ") + "]"
    default:
      let count = random.integer(in: 0..<4)
      let members = (0..<count).map { number in
        "\"m\(number)\" : " + value(&random, depth: depth + 1)
      }
      return "{" + members.joined(separator: ",\n") + "}"
    }
  }

  @Test("that is strict JSON is read as it is, whatever stands in it")
  func strict() {
    for number in 0..<400 {
      var random = RandomStream(seed: 1, "strict", number)
      let text = string(&random)
      let item =
        #"{"before":\#(value(&random, depth: 0)),"id":1,"type":"BONUS","text":\#(text),"behind":\#(value(&random, depth: 0))}"#
      let reply = #"{"code":"\#(code)","rubric":[\#(item)]}"#
      guard let root = try? JSONDocument(parsing: Array(reply.utf8)).root,
        let entry = root["rubric"]?.elements?.first.flatMap(RubricItem.init(reply:))
      else { continue }
      let read = ReadEntries<RubricItem>(reply: reply, ids: [1], code: code)
      #expect(read.entries == [entry], "\(reply)")
    }
  }

  @Test("survives any noise, and the answer behind it is read")
  func noise() {
    let pieces = [
      "{", "}", "[", "]", "\"", "'", "\\", ",", ":", "\n", "/*", "*/", "//", "#", "id", "1", "true",
      "\"code\"", "data:", "é", "{\"id\":", "<", "-",
    ]
    for number in 0..<300 {
      var random = RandomStream(seed: 2, "noise", number)
      let noise = (0..<random.integer(in: 0..<200))
        .map { _ in pieces[random.integer(in: 0..<pieces.count)] }.joined()
      let answer =
        #"{"code":"\#(code)","verdicts":[{"id":1,"satisfied":true,"step":2},{"id":2,"satisfied":false,"step":-1}]}"#
      #expect(verdicts(answer + "\n" + noise.replacing("{\"id\":", with: "{")) == both, "\(noise)")
      _ = verdicts(noise + answer)
    }
  }

  @Test(
    "costs time in proportion to its length at worst",
    arguments: [
      #"{"\"#, "{", "[{", #"{"a":["#, #"{"id":1,"x":""#, #"{"id":1,'"#, "{/*", "{#", #""code":""#,
      #"{"id":1,"satisfied":true,"step":2} "#, #"{"code":""#,
    ])
  func linear(piece: String) {
    let reply = String(repeating: piece, count: (200 << 10) / piece.utf8.count)
    let took = ContinuousClock().measure { _ = verdicts(reply) }
    #expect(took < .seconds(20), "\(took)")
  }
}
