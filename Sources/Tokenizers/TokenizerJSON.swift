// The parts of `tokenizer.json`, and which of their settings this tokenizer does.

/// The file as it stands.
struct TokenizerJSON: Decodable {
  struct Token: Decodable {
    let id: Int
    let content: String
    let special, lstrip, rstrip, singleWord, normalized: Bool?

    enum CodingKeys: String, CodingKey {
      case id, content, special, lstrip, rstrip, normalized
      case singleWord = "single_word"
    }
  }

  /// A normaliser, pre-tokenizer, post-processor or decoder.
  struct Part: Decodable {
    struct Pattern: Decodable {
      let regex: String?
      enum CodingKeys: String, CodingKey { case regex = "Regex" }
    }

    let type: String
    let pretokenizers, normalizers, processors: [Part]?
    let individualDigits, addPrefixSpace, useRegex, invert: Bool?
    let pattern: Pattern?
    let behavior: String?

    enum CodingKeys: String, CodingKey {
      case type, pretokenizers, normalizers, processors, pattern, behavior, invert
      case individualDigits = "individual_digits"
      case addPrefixSpace = "add_prefix_space"
      case useRegex = "use_regex"
    }
  }

  struct Model: Decodable {
    let type: String?
    let dropout: Double?
    let prefix, suffix, unknownToken: String?
    let byteFallback, ignoresMerges: Bool?
    let vocab: [String: Int]
    let merges: [Merge]

    enum CodingKeys: String, CodingKey {
      case type, dropout, vocab, merges
      case unknownToken = "unk_token"
      case prefix = "continuing_subword_prefix"
      case suffix = "end_of_word_suffix"
      case byteFallback = "byte_fallback"
      case ignoresMerges = "ignore_merges"
    }
  }

  /// A pair as a list of two texts or, in older files, as one text with a space between.
  struct Merge: Decodable {
    let left: String
    let right: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let parts: [String]
      if let text = try? container.decode(String.self) {
        parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      } else {
        parts = try container.decode([String].self)
      }
      guard parts.count == 2 else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "not two parts")
      }
      (left, right) = (parts[0], parts[1])
    }
  }

  let addedTokens: [Token]
  let normalizer, preTokenizer, postProcessor, decoder: Part?
  let model: Model

  enum CodingKeys: String, CodingKey {
    case normalizer, decoder, model
    case addedTokens = "added_tokens"
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
  }
}

extension TokenizerJSON {
  /// The pre-tokenizer, where it is `ByteLevel` with a pattern of its own or one that `Split` has, alone or after `Digits`.
  func checkedPreTokenizer(path: String) throws -> PreTokenizer {
    func unsupported(_ found: String) -> TokenizerError {
      .unsupported(
        path: path, field: "pre_tokenizer", found: found,
        supported: "ByteLevel, Digits (individual) then ByteLevel, "
          + "Split by the pattern of GPT-2, Llama 3 or Qwen2 then ByteLevel")
    }
    guard let preTokenizer else { throw unsupported("null") }
    var parts = preTokenizer.type == "Sequence" ? preTokenizer.pretokenizers ?? [] : [preTokenizer]
    let separatesDigits = parts.first?.type == "Digits"
    if separatesDigits {
      guard parts[0].individualDigits == true else { throw unsupported("Digits in runs") }
      parts.removeFirst()
    }
    var pattern = WordPattern.gpt2
    if parts.count == 2, parts[0].type == "Split" {
      let source = parts[0].pattern?.regex
      guard let named = WordPattern.allCases.first(where: { $0.source == source }),
        parts[0].behavior == "Isolated", parts[0].invert != true, parts[1].useRegex == false
      else { throw unsupported("Split by \"\(source ?? "a text")\"") }
      pattern = named
      parts.removeFirst()
    } else if parts.first?.useRegex == false {
      throw unsupported("ByteLevel without a pattern")
    }
    guard parts.count == 1, parts[0].type == "ByteLevel" else {
      throw unsupported(parts.map(\.type).joined(separator: ", "))
    }
    // Both the part's own default and the format's are true.
    guard parts[0].addPrefixSpace == false else { throw unsupported("ByteLevel with prefix space") }
    return PreTokenizer(pattern: pattern, separatesDigits: separatesDigits)
  }

  /// Whether the file asks for normalization form C; any other normalizer is refused by `checkOtherParts`.
  var normalizes: Bool { !normalizerParts.isEmpty }

  private var normalizerParts: [Part] {
    guard let normalizer else { return [] }
    return normalizer.type == "Sequence" ? normalizer.normalizers ?? [] : [normalizer]
  }

  private var processorTypes: [String] {
    guard let postProcessor else { return [] }
    return postProcessor.type == "Sequence"
      ? (postProcessor.processors ?? []).map(\.type) : [postProcessor.type]
  }

  /// Refuses what would change tokens or text behind this tokenizer's back.
  func checkOtherParts(path: String) throws {
    func check(_ field: String, _ found: String, isSupported: Bool, _ supported: String) throws {
      if !isSupported {
        throw TokenizerError.unsupported(
          path: path, field: field, found: found, supported: supported)
      }
    }
    for part in normalizerParts {
      try check("normalizer", part.type, isSupported: part.type == "NFC", "null, NFC")
    }
    // A template adds markers around a whole text; prompts get theirs from the chat template.
    for type in processorTypes {
      try check(
        "post_processor", type, isSupported: ["ByteLevel", "TemplateProcessing"].contains(type),
        "null, ByteLevel, TemplateProcessing")
    }
    try check(
      "decoder", decoder?.type ?? "null", isSupported: decoder?.type == "ByteLevel", "ByteLevel")
    try check("model.type", model.type ?? "null", isSupported: model.type ?? "BPE" == "BPE", "BPE")
    try check("model.dropout", "set", isSupported: model.dropout ?? 0 == 0, "null")
    for (field, value) in [
      ("model.continuing_subword_prefix", model.prefix), ("model.end_of_word_suffix", model.suffix),
    ] {
      try check(field, "\"\(value ?? "")\"", isSupported: value?.isEmpty ?? true, "null")
    }
    try check(
      "model.byte_fallback", "true", isSupported: model.byteFallback != true, "false")
    for token in addedTokens {
      try check("added_tokens", "an empty text", isSupported: !token.content.isEmpty, "texts")
    }
  }
}
