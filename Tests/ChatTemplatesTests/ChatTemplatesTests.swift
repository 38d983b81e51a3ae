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
      messages: messages.map { (role: $0[0], content: $0[1]) }, texts: Self.texts, flags: flags)
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
      ("messages[0].content.replace('b', messages[0].role)", " <|x|>,user\n"),
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
      ("{{ 'a'.title() }}", #"line 1: this use of "title" is not supported"#),
      ("{{ 1 is callable }}", #"line 1: this use of the test "callable" is not supported"#),
      ("{{ messages }}", "line 1: writing a list is not supported"),
      ("{{ 1.5 }}", "line 1: writing a number is not supported"),
      (
        "{{ strftime_now('%Y') }}",
        #"line 1: "strftime_now", by which prompts would depend on the day, is not supported"#
      ),
      ("{{ 'abcd'[::2] }}", "line 1: this step of a slice is not supported"),
      (
        "{% for a in messages recursive %}{% endfor %}", "line 1: a recursive loop is not supported"
      ),
      ("{{ nothing.x }}", #"line 1: "nothing" is not defined"#),
      ("{{ 'a' + 1 }}", "line 1: a text + a number cannot be computed"),
      ("{{ none | length }}", #"line 1: this use of the filter "length" is not supported"#),
      ("{{ 'a' < 1 }}", "line 1: a text < a number cannot be compared"),
      ("{{ lipsum() }}", #"line 1: this call of "lipsum", which is not defined, is not supported"#),
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
