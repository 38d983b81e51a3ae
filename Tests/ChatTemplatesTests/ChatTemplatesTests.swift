import ChatTemplates
import Foundation
import TestSupport
import Testing

/// Chat templates as Jinja2 renders them; see RECIPE.md of the fixtures.
struct ChatTemplatesTests {
  struct Case: Decodable {
    let name: String
    let source: String
    let messages: [[String]]
    let flags: [String: Bool]
    let text: String?
    let refusal: String?
  }

  static let texts = ["bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"]

  private func render(
    _ source: String, _ messages: [[String]] = [["user", "Hi"]], flags: [String: Bool] = [:]
  ) throws -> [TemplateRun] {
    try TemplateProgram(source: source).render(
      messages: messages.map { TemplateMessage(role: $0[0], content: $0[1]) }, texts: Self.texts,
      flags: flags)
  }

  private func text(_ source: String, _ messages: [[String]] = [["user", "Hi"]]) throws -> String {
    try render(source, messages).map(\.text).joined()
  }

  @Test("prompts are those of Jinja")
  func promptsAgree() throws {
    let file = Fixtures.url("chat-templates/cases.jsonl")
    let cases = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
    #expect(cases.count > 350)
    for one in cases {
      do {
        let text = try render(one.source, one.messages, flags: one.flags).map(\.text).joined()
        #expect(text == one.text, "\(one.name): \(one.messages)")
      } catch TemplateError.raised(let message) {
        #expect(message == one.refusal, "\(one.name): \(one.messages)")
      }
    }
  }

  @Test("what a message brought is told from what the template wrote, whatever was done to it")
  func origins() throws {
    let messages = [["user", " <|x|>,b\n"]]
    for (expression, content) in [
      ("messages[0].content", " <|x|>,b\n"), ("messages[0].content | trim", "<|x|>,b"),
      ("messages[0].content.split(',')[0].strip()", "<|x|>"),
      ("messages[0].content | upper | lower", " <|x|>,b\n"),
      ("messages[0].content[1:6] | upper", "<|X|>"),
      ("messages[0].content.split() | last", "<|x|>,b"),
      ("messages | map(attribute='content') | join", " <|x|>,b\n"),
    ] {
      #expect(
        try render("<a>{{ '<b>' ~ (\(expression)) ~ '<c>' }}", messages) == [
          TemplateRun(text: "<a><b>", isContent: false),
          TemplateRun(text: content, isContent: true),
          TemplateRun(text: "<c>", isContent: false),
        ], "\(expression)")
    }
    #expect(
      try render("{{ messages[0].content.replace('b', '<t>') }}", messages).map(\.isContent)
        == [true, false, true])
  }

  @Test("the roles that templates know are their own words, and others are text")
  func roles() throws {
    let source = "{{ '<|' + messages[0].role + '|>' + messages[0].content }}"
    for role in ["system", "user", "assistant", "tool"] {
      #expect(
        try render(source, [[role, "q"]]) == [
          TemplateRun(text: "<|\(role)|>", isContent: false),
          TemplateRun(text: "q", isContent: true),
        ])
    }
    #expect(
      try render(source, [["x|><|end", "q"]]).map(\.isContent) == [false, true, false, true])
  }

  @Test(
    "what changes the letters of a text leaves each its origin",
    arguments: ["lower", "upper", "capitalize", "tojson", "trim"])
  func mixedOrigins(filter: String) throws {
    let runs = try render(
      "{{ ('<|X|>' + messages[0].content + '<|Y|>') | \(filter) }}", [["user", "Hi\""]])
    #expect(runs.map(\.isContent) == [false, true, false])
    #expect(runs[0].text.lowercased().contains("<|x|>"))
    #expect(runs[1].text.lowercased() == (filter == "tojson" ? "hi\\\"" : "hi\""))
  }

  @Test("each way to use what Jinja can go through only once is Jinja's, or refused")
  func generators() throws {
    let users = "{% set users = messages | selectattr('role', 'equalto', 'user') %}"
    #expect(
      try text(users + "{{ 'a' if users }}{% for m in users %}{{ m.content }}{% endfor %}") == "aHi"
    )
    let second = "line 1: a second use of a generator (|list keeps its elements) is not supported"
    for (use, problem) in [
      ("{% for m in users %}{% endfor %}{% for m in users %}{% endfor %}", second),
      ("{{ users | join if users | list }}", second),
      ("{{ 1 in users }}{{ 1 in users }}", second),
      ("{{ users[0] }}", nil), ("{{ users[:1] }}", nil), ("{{ users | length }}", nil),
      ("{{ users | last }}", nil), ("{{ users == users }}", nil), ("{{ users | string }}", nil),
      ("{{ users | tojson }}", nil), ("{{ users.role }}", nil), ("{{ [users] }}", nil),
    ] {
      let error = #expect(throws: TemplateError.self, "\(use)") { try text(users + use) }
      if let problem { #expect(error?.description == problem) }
    }
  }

  @Test("templates are told the same day, whatever the clock says")
  func day() throws {
    #expect(
      try text("{{ strftime_now('%d %b %Y, %Y-%m-%d, %A, %B, %j, %y %a 100%%') }}")
        == "26 Jul 2024, 2024-07-26, Friday, July, 208, 24 Fri 100%")
    #expect(try text("{{ strftime_now is defined }}") == "True")
  }

  @Test(
    "what is not evaluated here is refused with its place, never guessed",
    arguments: [
      ("{% include 'x' %}", #"line 1: the tag "include" is not supported"#),
      ("{% raw %}{{ x }}{% endraw %}", #"line 1: the block "raw" is not supported"#),
      (
        "\n{{ messages | dictsort }}",
        #"line 2: this use of the filter "dictsort" is not supported"#
      ),
      (
        "{{ 'a' | tojson(indent=2) }}", #"line 1: this use of the filter "tojson" is not supported"#
      ),
      ("{{ 'a'.zfill(2) }}", #"line 1: "zfill" of a text is not supported"#),
      ("{{ '{0}'.format('a') }}", #"line 1: this use of "format" is not supported"#),
      ("{{ '{}{}'.format('a') }}", #"line 1: this use of "format" is not supported"#),
      (
        "{{ {1: 2} | tojson }}",
        "line 1: a mapping with keys that are no texts as JSON is not supported"
      ),
      ("{{ {1.5: 2} }}", "line 1: a key that is neither a text nor an integer is not supported"),
      (
        "{{ {1: 2, 'a': 3} | dictsort }}",
        "line 1: a sorted mapping with keys of two kinds is not supported"
      ),
      ("{{ range(1, 5, 0) }}", "line 1: a range has the step 0"),
      ("{{ '7' | int }}", #"line 1: this use of the filter "int" is not supported"#),
      ("{{ 1 is callable }}", #"line 1: this use of the test "callable" is not supported"#),
      ("{{ messages }}", "line 1: writing a list is not supported"),
      ("{{ 1.5 }}", "line 1: writing a number is not supported"),
      (
        "{{ strftime_now('%s') }}", "line 1: this call of a function is not supported"
      ),
      ("{{ 'abcd'[::2] }}", "line 1: this step of a slice is not supported"),
      (
        "{% for a in messages recursive %}{% endfor %}", "line 1: a recursive loop is not supported"
      ),
      ("{{ nothing.x }}", #"line 1: "nothing" is not defined"#),
      ("{{ 'a' + 1 }}", "line 1: a text + a number cannot be computed"),
      ("{{ none | length }}", "line 1: the length of none is not supported"),
      ("{{ 'a' < 1 }}", "line 1: a text < a number cannot be compared"),
      ("{{ lipsum() }}", #"line 1: "lipsum" is not supported"#),
      ("{{ self is defined }}", #"line 1: "self" is not supported"#),
      (
        "{% macro m() %}{{ kwargs is defined }}{% endmacro %}{{ m() }}",
        #"line 1: "kwargs" is not supported"#
      ),
      ("{{ messages.append is defined }}", #"line 1: "append" of a list is not supported"#),
      ("{{ messages[0]['pop'] is defined }}", #"line 1: "pop" of a mapping is not supported"#),
      ("{{ (1).real }}", #"line 1: "real" of a number is not supported"#),
      ("{{ 'a'.__class__ }}", #"line 1: "__class__" of a text is not supported"#),
      (
        "{% for m in messages %}{{ loop.cycle('a') }}{% endfor %}",
        #"line 1: "cycle" of "loop" is not supported"#
      ),
      (
        "{% for m in messages %}{% set x = loop %}{% endfor %}",
        #"line 1: "loop" as a value is not supported"#
      ),
      ("{% set loop = 1 %}", #"line 1: the name "loop" for something else is not supported"#),
      (
        "{{ {}.keys()[0] }}", "line 1: a number as an index of a view of a mapping is not supported"
      ),
      ("{{ {}.keys() == [] }}", "line 1: a comparison of a view of a mapping is not supported"),
      ("{{ [1] + (2,) }}", "line 1: a list + a tuple cannot be computed"),
      ("{{ range(2) + [1] }}", "line 1: a range + a list cannot be computed"),
      ("{{ +'a' }}", "line 1: a text has no sign"),
      ("{{ 'ΑΣ' | lower }}", "line 1: a capital sigma in lower case is not supported"),
      ("{{ 'aΣ'.capitalize() }}", "line 1: a capital sigma in lower case is not supported"),
      (#"{{ '\é' }}"#, #"line 1: the escape "\é" is not supported"#),
      ("{{ 9223372036854775807 + 1 }}", "line 1: a number is too large"),
      ("{{ -(-9223372036854775807 - 1) }}", "line 1: a number is too large"),
      ("{{ 9223372036854775808 }}", "line 1: the number 9223372036854775808… is not supported"),
      ("{{ 007 }}", "line 1: the number 007… is not supported"),
      (
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "line 1: so long a range is not supported"
      ),
      (
        "{% macro f(a, b=2) %}{% endmacro %}{{ f(1, a=2) }}",
        #"line 1: "f" is given more than it takes"#
      ),
      ("{{ 'a' | safe + '<' }}", #"line 1: this use of the filter "safe" is not supported"#),
      ("{{ dict(a=1, a=2) }}", #"line 1: "a" is given twice"#),
      ("{% if true %}", #"line 1: "endif" is missing"#),
      ("{% endfor %}", #"line 1: "endfor" ends nothing"#),
      ("{% if true %}{% endfor %}", #"line 1: "endif" is missing"#),
      ("{{ 'a }}", "line 1: a text does not end"), ("{# a", "line 1: a comment does not end"),
      ("{{ a b }}", "line 1: there is more than belongs in the tag"),
      ("{{ (1 }}", "line 1: a bracket closes that was not opened"),
      ("{{ }}", "line 1: a value is missing"),
      ("{% set a.b = 1 %}", #"line 1: a member is set of "a", which is no namespace"#),
      ("{{ raise_exception('no') }}", "it refuses the messages: no"),
      (
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "line 1: macros call each other without end"
      ),
    ])
  func refusals(source: String, problem: String) throws {
    let error = #expect(throws: TemplateError.self) { try text(source) }
    #expect(error?.description == problem)
  }

  @Test(
    "a loop is left only from directly within it",
    arguments: [
      "{% break %}", "{% for m in messages %}{% set x %}{% break %}{% endset %}{% endfor %}",
      "{% for m in messages %}{% macro f() %}{% continue %}{% endmacro %}{% endfor %}",
      "{% for m in messages %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
      "{% for m in messages %}{% for a in [] %}{% else %}{% break %}{% endfor %}{% endfor %}",
      "{% for m in messages %}{% continue %}{% else %}x{% endfor %}",
    ])
  func loopControls(source: String) {
    let error = #expect(throws: TemplateError.self) { try text(source) }
    guard case .unsupported = error else {
      Issue.record("\(source): \(String(describing: error))")
      return
    }
  }

  @Test(
    "what a template builds has bounds",
    arguments: [
      "{% set n = namespace(x='ab') %}{% for i in range(30) %}{% set n.x = n.x + n.x %}{% endfor %}",
      "{% set n = namespace(x='ab') %}{% for i in range(30) %}{% set n.x = n.x | replace('a', n.x) %}{% endfor %}",
      "{% set n = namespace(x='ab') %}{% for i in range(30) %}{% set n.x = [n.x, n.x] | join %}{% endfor %}",
      "{% set n = namespace(x='ab') %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | tojson }}",
      "{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}",
      "{% set n = namespace(x=[]) %}{% for i in range(90000) %}{% set n.x = [n.x] %}{% endfor %}",
      "{% set n = namespace(x=0) %}{% for i in range(90000) %}{% set n.x = {'a': n.x}.items() | list %}{% endfor %}",
      "{% set n = namespace() %}{% set n.x = n %}",
      "{% for i in range(99999) %}{% set x = range(99999) %}{% endfor %}",
      "{% for i in range(99999) %}{{ 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz' }}{% endfor %}",
    ])
  func sizes(source: String) {
    #expect(throws: TemplateError.self) { try text(source) }
  }

  @Test("a template that goes on without end, or nests without bound, is refused in time")
  func bounds() throws {
    let digits = "[" + Array(repeating: "1", count: 400).joined(separator: ",") + "]"
    let loops =
      String(repeating: "{% for a in x %}", count: 4) + String(repeating: "{% endfor %}", count: 4)
    let error = #expect(throws: TemplateError.self) { try text("{% set x = \(digits) %}" + loops) }
    #expect(error == .invalid("the template does not come to an end", line: 1))
    for source in [
      "{{ " + String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000) + " }}",
      "{{ " + String(repeating: "-", count: 3000) + "1 }}",
      "{{ 1" + String(repeating: "+1", count: 1500) + " }}",
      "{{ x" + String(repeating: ".a", count: 1500) + " }}",
      String(repeating: "{% if true %}", count: 5000)
        + String(repeating: "{% endif %}", count: 5000),
    ] {
      #expect(throws: TemplateError.self) { try text(source) }
    }
  }
}
