// The marks between which the models of different families think. Letters match in either case.

/// Which marks belong together: a thought ends with a mark of the family that opened it.
///
/// Sources: the chat templates and model cards of DeepSeek-R1, Qwen3 and others (`<think>`), Seed-OSS, Magistral (`[THINK]`),
/// Kimi (`◁think▷`), Sky-T1 (`<|begin_of_thought|>`), Command A (`<|START_THINKING|>`),
/// Gemma (`<|channel>thought`), MedGemma (`<unused94>thought`) and gpt-oss (harmony channels).
/// Prompts often ask for the other tags and fences.
enum ThoughtFamily: Equatable {
  /// `<NAME>` and `</NAME>`.
  case tag(name: String)
  /// Marks spelled out in `wordMarks`, by their number there.
  case words(Int)
  /// `<|channel|>analysis<|message|>` up to the next message or the final channel.
  case harmony
  /// `<details type="reasoning">` and `</details>`; other details are none.
  case details
}

/// A mark that begins or ends a thought.
struct ThoughtMark {
  enum Role { case opening, closing }

  let role: Role
  let family: ThoughtFamily
  /// Where the mark stands, half-open.
  let bytes: Range<Int>
  /// Whether the mark ends a thought whose opening mark stands in front of the text.
  let endsUnopened: Bool

  /// The mark that begins at a byte; nil where none does.
  init?(in text: [UInt8], at start: Int) {
    switch text[start] {
    case UInt8(ascii: "<"), UInt8(ascii: "["), UInt8(ascii: "&"), UInt8(ascii: "`"), 0xE2:
      guard
        let mark =
          Self.word(in: text, at: start) ?? Self.harmony(in: text, at: start)
          ?? Self.tag(in: text, at: start) ?? Self.details(in: text, at: start)
      else { return nil }
      self = mark
    default: return nil
    }
  }

  private init(_ role: Role, _ family: ThoughtFamily, _ bytes: Range<Int>, endsUnopened: Bool) {
    self.role = role
    self.family = family
    self.bytes = bytes
    self.endsUnopened = endsUnopened
  }

  private static func word(in text: [UInt8], at start: Int) -> Self? {
    for (number, (opening, closing)) in wordMarks.enumerated() {
      if let end = text.end(of: opening, at: start) {
        return Self(.opening, .words(number), start..<end, endsUnopened: false)
      }
      if let end = text.end(of: closing, at: start) {
        // The fence behind ```thinking is any; one with a name begins a block inside of the thought.
        let isFence = closing == fence
        if isFence, end < text.count, text[end] > 0x20 { continue }
        return Self(.closing, .words(number), start..<end, endsUnopened: !isFence)
      }
    }
    return nil
  }

  /// `<think>`, `</think>`, `<think >`, with a line break for the blank, `< think >`, and `<think mode="long">`, for every name in
  /// `tagNames`; also with `&lt;` and `&gt;`.
  private static func tag(in text: [UInt8], at start: Int) -> Self? {
    guard let bracketEnd = text.end(of: "<", at: start) ?? text.end(of: "&lt;", at: start) else {
      return nil
    }
    let isEscaped = text[start] == UInt8(ascii: "&")
    var nameStart = bracketEnd
    let isClosing = nameStart < text.count && text[nameStart] == UInt8(ascii: "/")
    if isClosing { nameStart += 1 }
    let isSpaced = nameStart < text.count && text[nameStart] == UInt8(ascii: " ")
    if isSpaced { nameStart += 1 }
    func bracket(at position: Int) -> Int? {
      text.end(of: isEscaped ? "&gt;" : ">", at: position)
    }
    for name in tagNames {
      guard let nameEnd = text.end(of: name, at: nameStart), nameEnd < text.count else { continue }
      var end = bracket(at: nameEnd)
      if end == nil, " \n\r\t".utf8.contains(text[nameEnd]) {
        // Attributes are short, and a tag with a blank in front has none; one that does not end soon is none.
        let limit = isSpaced ? nameEnd + 2 : nameEnd + 64
        end =
          (nameEnd + 1..<max(nameEnd + 1, min(limit, text.count))).lazy.compactMap(bracket).first
      }
      guard let end else { continue }
      return Self(
        isClosing ? .closing : .opening, .tag(name: name), start..<end, endsUnopened: isClosing)
    }
    return nil
  }

  private static func details(in text: [UInt8], at start: Int) -> Self? {
    if let end = text.end(of: "<details type=\"reasoning\"", at: start) {
      let tagEnd = text[end..<min(end + 64, text.count)].firstIndex(of: UInt8(ascii: ">"))
      return tagEnd.map { Self(.opening, .details, start..<$0 + 1, endsUnopened: false) }
    }
    return text.end(of: "</details>", at: start).map {
      Self(.closing, .details, start..<$0, endsUnopened: false)
    }
  }

  /// A channel other than `final` opens a thought; the next message, the end of a message or the final channel closes it.
  private static func harmony(in text: [UInt8], at start: Int) -> Self? {
    if let end = text.end(of: "<|channel|>", at: start) {
      if let final = text.endOfFinalChannel(at: end) {
        return Self(.closing, .harmony, start..<final, endsUnopened: true)
      }
      let isThought = ["analysis", "commentary"].contains { text.end(of: $0, at: end) != nil }
      return isThought ? Self(.opening, .harmony, start..<end, endsUnopened: false) : nil
    }
    // Phi's messages end with the same word, so it ends no thought that the text did not open.
    return text.end(of: "<|end|>", at: start).map {
      Self(.closing, .harmony, start..<$0, endsUnopened: false)
    }
  }
}

/// The names of tags whose content is a thought; none is the beginning of a later one with a `>` behind it.
private let tagNames = [
  "think", "thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad", "analysis",
  "antthinking", "chain_of_thought", "cot", "draft", "thought_process", "seed:think",
  "longcat_think", "mm:think", "inner_thoughts", "inner_monologue", "reason", "internal",
  "planning",
  "think_fast", "thinking_process", "thinkingprocess", "seed:cot_budget_reflect",
]

/// Opening and closing marks that are no plain tags.
private let wordMarks: [(opening: String, closing: String)] = [
  ("[THINK]", "[/THINK]"),
  ("◁think▷", "◁/think▷"),
  ("<|begin_of_thought|>", "<|end_of_thought|>"),
  ("<|START_THINKING|>", "<|END_THINKING|>"),
  ("<|think|>", "<|/think|>"),
  ("<|thinking|>", "<|/thinking|>"),
  ("<|channel>thought", "<channel|>"),
  ("<unused94>thought", "<unused95>"),
  ("<|inner_prefix|>", "<|inner_suffix|>"),
  ("<|begin_of_reasoning|>", "<|end_of_reasoning|>"),
  ("<|reasoning|>", "<|/reasoning|>"),
  ("```thinking", fence),
  ("[thinking]", "[/thinking]"),
]

private let fence = "```"

extension ThoughtFamily {
  /// Whether its opening mark is also a word in brackets, so that it counts only where the thought ends.
  var isWordInBrackets: Bool { self == .words(wordMarks.count - 1) }
}

/// Where the final message begins in a harmony response whose special tokens were dropped: `analysis…assistantfinal…`.
func endOfPlainHarmonyThought(in text: [UInt8]) -> Int? {
  guard text.end(of: "analysis", at: 0) != nil else { return nil }
  let word = "assistantfinal"
  return text.indices.first { text[$0] == UInt8(ascii: "a") && text.end(of: word, at: $0) != nil }
    .map { $0 + word.utf8.count }
}

/// Whether a text is the beginning of such a response whose final message never came: `analysisWe have to …`.
///
/// Words such as "analysis of" begin many answers, so a capital letter or a brace has to stand right behind.
func beginsAsPlainHarmonyThought(_ text: [UInt8]) -> Bool {
  guard text.starts(with: "analysis".utf8), let next = text.dropFirst(8).first else { return false }
  return (0x41...0x5A).contains(next) || next == UInt8(ascii: "{")
}

extension [UInt8] {
  /// Where the message of the final channel begins, at the name of a channel: `final<|message|>` or `final <|constrain|>json<|message|>`.
  fileprivate func endOfFinalChannel(at start: Int) -> Int? {
    guard let name = end(of: "final", at: start) else { return nil }
    return (name..<Swift.min(name + 40, count)).lazy.compactMap { end(of: "<|message|>", at: $0) }
      .first
  }

  /// Where a word that stands at a byte ends, letters of ASCII in either case; nil where it does not stand there.
  fileprivate func end(of word: String, at start: Int) -> Int? {
    var position = start
    for wanted in word.utf8 {
      guard position < count, self[position].lowercased == wanted.lowercased else { return nil }
      position += 1
    }
    return position
  }
}

extension UInt8 {
  fileprivate var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
