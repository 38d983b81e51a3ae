import Diagnostics
package import Records
import Rubrics

/// What the problems are for.
package enum ProblemMode: String, CaseIterable, Sendable {
  /// Every problem needs a reference answer and a rubric.
  case train
  /// Every problem needs a reference answer.
  case val
}

/// Makes problems from what rows say: checks them, and gives them identity and messages.
package struct ProblemConverter {
  /// What makes a difference between problems that come from the same rows.
  package struct Options: Equatable, Sendable {
    package var mode: ProblemMode
    package var layout: SourceLayout
    /// The instruction that follows the problem in the message to the model; nil keeps messages that a row brings along,
    /// and adds `standardInstruction` elsewhere.
    package var instruction: String?
    /// What `source` says; nil leaves it to the row, then to the file's name.
    package var source: String?

    package init(
      mode: ProblemMode, layout: SourceLayout, instruction: String? = nil, source: String? = nil
    ) {
      self.mode = mode
      self.layout = layout
      self.instruction = instruction
      self.source = source
    }
  }

  /// How the model is asked for the step format.
  package static let standardInstruction = """
    Solve the problem step by step. Begin each step on a new line with a header such as \
    "### Step 1:", counting up from 1. After the last step, write the final answer inside \\boxed{}.
    """

  /// What was counted on the way.
  package struct Counts: Equatable, Sendable {
    package var problems = 0
    /// Problems without a rubric (a validation set may have such).
    package var withoutRubric = 0
    /// Problems whose rubric has no SUGGEST item: a step can earn nothing there.
    package var withoutSuggest = 0
    /// Lines of rubrics that make no item.
    package var unusedLines = 0
    package var items = 0
    /// What rows brought along and no problem holds, by what it is.
    package var unused: [String: Int] = [:]
    /// Problems with an item whose id is not its place among the items, from 1, and the first one of these items.
    package var otherwiseNumbered = 0
    package var firstOtherwiseNumbered: NumberedItem?
  }

  /// An item by its id, and its place among the items of its problem, from 1.
  package struct NumberedItem: Equatable, Sendable {
    package let problem: String
    package let id: Int
    package let place: Int
  }

  package let options: Options
  package private(set) var counts = Counts()
  private var seen: Set<UInt64> = []
  private var numbers: [String: Int] = [:]

  package init(_ options: Options) { self.options = options }

  /// The problem of a row.
  ///
  /// - Throws: `SourceError` or `RecordError` where the row lacks something or holds what makes no sense.
  package mutating func problem(from row: SourceRow) throws -> Problem {
    let found = try options.layout.problem(in: row)
    let place = row.record.position
    guard let text = found.problem else { throw missing(.problem, found, row) }
    guard let groundTruth = found.groundTruth else { throw missing(.groundTruth, found, row) }
    if let rubric = found.rubric, rubric.items.isEmpty, !rubric.lines.isEmpty {
      throw SourceError.rubricWithoutItems(
        field: fieldName(.rubric), tag: rubric.firstTag, record: found.id, place)
    }
    if let field = found.damagedFields.first {
      throw SourceError.lostBackslash(field: field, rubricLine: nil, record: found.id, place)
    }
    if let line = found.rubric?.lines.first(where: { $0.hasLostBackslash }) {
      throw SourceError.lostBackslash(
        field: fieldName(.rubric), rubricLine: line.number, record: found.id, place)
    }
    if options.mode == .train, found.rubric == nil { throw missing(.rubric, found, row) }

    let source =
      options.source ?? found.source
      ?? (options.layout == .gsm8k ? "gsm8k" : sourceName(ofFile: place.source))
    let number = (numbers[source] ?? 0) + 1
    let id = found.id ?? "\(source)-\(options.mode.rawValue)-\(padded(number))"
    guard seen.insert(fingerprint(of: id)).inserted else {
      throw SourceError.duplicateID(id, place)
    }
    numbers[source] = number
    count(found.rubric, of: id)
    for member in found.unused { counts.unused[member, default: 0] += 1 }
    if options.instruction != nil, found.messages.contains(where: { $0.role != "user" }) {
      counts.unused["messages of other roles than the user's", default: 0] += 1
    }
    return Problem(
      id: id, source: source, problem: text, groundTruth: groundTruth,
      rubric: found.rubric?.items, solution: found.solution,
      messages: messages(text, found.messages))
  }

  private func messages(_ problem: String, _ given: [ChatMessage]) -> [ChatMessage] {
    if options.instruction == nil, !given.isEmpty { return given }
    let instruction = options.instruction ?? Self.standardInstruction
    let content = instruction.isEmpty ? problem : "\(problem)\n\n\(instruction)"
    return [ChatMessage(role: "user", content: content)]
  }

  private mutating func count(_ rubric: SourceRubric?, of problem: String) {
    counts.problems += 1
    guard let rubric else {
      counts.withoutRubric += 1
      return
    }
    counts.items += rubric.items.count
    if let (place, item) = rubric.items.enumerated().first(where: { $0 + 1 != $1.id }) {
      counts.otherwiseNumbered += 1
      counts.firstOtherwiseNumbered =
        counts.firstOtherwiseNumbered
        ?? NumberedItem(problem: problem, id: item.id, place: place + 1)
    }
    counts.unusedLines += rubric.unusedLineCount
    if !rubric.items.contains(where: { $0.type == .suggest }) { counts.withoutSuggest += 1 }
  }

  private enum Part { case problem, groundTruth, rubric }

  private func fieldName(_ part: Part) -> String {
    guard case .fields(let names) = options.layout else { return "answer" }
    return switch part {
    case .problem: names.problem
    case .groundTruth: names.groundTruth
    case .rubric: names.rubric
    }
  }

  private func missing(_ part: Part, _ found: SourceProblem, _ row: SourceRow) -> SourceError {
    let (what, option) =
      switch part {
      case .problem: ("problem", FieldOption.problem)
      case .groundTruth: ("reference answer", FieldOption.groundTruth)
      case .rubric: ("rubric", FieldOption.rubric)
      }
    return .missing(
      what, field: fieldName(part), option: option, record: found.id, row.record.position)
  }
}

/// "00042": problems sort by their names as they came.
private func padded(_ number: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
}

/// "aime" for "data/aime.jsonl.zst"; "problems" for standard input.
func sourceName(ofFile path: String) -> String {
  guard path != "<stdin>" else { return "problems" }
  var name = path.split(separator: "/").last.map(String.init) ?? path
  for ending in [".zst", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet"]
  where name.count > ending.count && name.hasSuffix(ending) {
    name.removeLast(ending.count)
  }
  return name
}

/// FNV-1a of the text, 64 bits: two of a million problems share one with a probability of 3 in 10^8.
private func fingerprint(of text: String) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return hash
}
