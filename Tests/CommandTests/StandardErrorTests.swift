import Foundation
import TestSupport
import Testing

@Suite("Standard error and output that are full, closed or broken, for every tool")
struct StandardErrorTests {
  /// What standard error is, as a shell has it.
  static let hostile = ["2>&-", "2>/dev/full", "2> >(exec true)", "2>/dev/full >&1 <&-"]

  private func folder(_ use: CommonOptionTests.Use) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(use.line + "\n", to: "in")
    try folder.write(#"{"id":"p1","response":"\\boxed{3}"}"# + "\n", to: "log")
    return folder
  }

  @Test("the notes are lost, and the work is done", arguments: CommonOptionTests.uses, hostile)
  func work(use: CommonOptionTests.Use, hostile: String) throws {
    let folder = try folder(use)
    let result = try ToolProcess.shell(
      """
      \(use.command) in > whole && { \(use.command) in > hostile; } \(hostile); echo $?; cmp whole hostile
      """, in: folder.url)
    #expect(result.text == "0\n", "\(result.text) \(result.errorText)")
  }

  @Test("an error keeps its status", arguments: CommonOptionTests.uses, hostile)
  func failure(use: CommonOptionTests.Use, hostile: String) throws {
    let folder = try folder(use)
    let result = try ToolProcess.shell(
      """
      { \(use.command) no-such-file; } \(hostile) > out; echo $?
      { \(use.command) --no-such-option; } \(hostile) > out; echo $?
      """, in: folder.url)
    #expect(result.text == "66\n64\n", "\(result.text) \(result.errorText)")
  }

  @Test("training and its notes", arguments: hostile)
  func training(hostile: String) throws {
    let folder = try TemporaryFolder()
    let result = try ToolProcess.shell(
      """
      srar-prep synth --quiet --count 20 --output train
      { srar-update init --text train --layers 1 --hidden 16 --heads 2 --vocabulary 300 --positions 320 \
        --output policy; } \(hostile); echo $?
      { srar-update sft train --policy policy --output warm; } \(hostile); echo $?
      { srar-prep batch --size 2 --step 1 train | srar-rollout --policy warm -n 2 --max-response-tokens 4 \
        | srar-judge | srar-reward --allow-no-effect | srar-advantage --allow-no-effect | srar-update --policy warm --output next; } \(hostile)
      echo $?; ls next/config.json
      """, in: folder.url)
    #expect(result.text == "0\n0\n0\nnext/config.json\n", "\(result.text) \(result.errorText)")
  }

  @Test("a file that is opened later never becomes standard error")
  func filesBecomeNoStandardError() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.judged + "\n", to: "in")
    let result = try ToolProcess.shell(
      """
      srar-reward in --plain --output whole
      srar-reward in --plain --output bare --metrics m --rejects bad <&- >&- 2>&- && cmp whole bare && cat bad
      """, in: folder.url)
    #expect(result.status == 0 && result.text.isEmpty, "\(result.text) \(result.errorText)")
  }

  @Test(
    "help, versions and completions that cannot be written are status 74",
    arguments: CommonOptionTests.tools,
    ["--help", "--version", "--generate-completion-script bash"])
  func answers(tool: String, question: String) throws {
    for output in ["> /dev/full", ">&-"] {
      let result = try ToolProcess.shell("\(tool) \(question) \(output)")
      #expect(result.status == 74, "\(output): \(result.errorText)")
      #expect(
        result.errorText.hasPrefix("\(tool): <stdout>: cannot write: "), "\(result.errorText)")
    }
    let read = try ToolProcess.shell("\(tool) \(question) | { read -r; }; echo ${PIPESTATUS[0]}")
    #expect(read.text == "0\n", "\(read.text)")
  }

  @Test("records that cannot be written to a closed output are status 74")
  func closedOutput() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordStreams.judged + "\n", to: "in")
    let result = try ToolProcess.shell("srar-reward in >&-", in: folder.url)
    #expect(result.status == 74, "\(result.errorText)")
    #expect(result.errorText.contains("<stdout>: cannot write: "), "\(result.errorText)")
  }

  @Test("a closed input is no empty one")
  func closedInput() throws {
    let result = try ToolProcess.shell("srar-reward <&-")
    #expect(result.status == 74, "\(result.errorText)")
    #expect(result.errorText.contains("<stdin>: cannot read: "), "\(result.errorText)")
  }
}
