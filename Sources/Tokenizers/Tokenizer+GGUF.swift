// A tokenizer from the lists that GGUF files keep of it.

extension Tokenizer {
  /// A byte-level tokenizer from GGUF's metadata.
  ///
  /// - Parameters:
  ///   - tokens: texts in the byte alphabet, added tokens as they are, by number.
  ///   - types: of each token: 1 text, 3 a marker, 4 an added text, 5 unused.
  ///   - merges: pairs with a space between, first to last.
  ///   - preTokenizer: GGUF's name of the way to part words.
  ///   - path: names the file in errors.
  package convenience init(
    ggufTokens tokens: [String], types: [Int], merges: [String], preTokenizer name: String,
    path: String
  ) throws(TokenizerError) {
    guard let (preTokenizer, normalizes, ignoresMerges) = Self.ggufPreTokenizers[name] else {
      throw .unsupported(
        path: path, field: "tokenizer.ggml.pre", found: "\"\(name)\"",
        supported: Self.ggufPreTokenizers.keys.sorted().joined(separator: ", "))
    }
    var entries: [[UInt8]?] = []
    var ids: [[UInt8]: Int] = [:]
    var added: [AddedToken] = []
    for (id, text) in tokens.enumerated() {
      let type = id < types.count ? types[id] : 1
      if type == 1 {
        guard let bytes = ByteAlphabet.bytes(text) else {
          throw .notBytes(path: path, entry: text)
        }
        guard ids.updateValue(id, forKey: bytes) == nil else {
          throw .badTokenID(path: path, entry: text, id: id)
        }
        entries.append(bytes)
      } else {
        guard !text.isEmpty else { throw .badTokenID(path: path, entry: text, id: id) }
        added.append(AddedToken(id: id, content: text, isSpecial: type != 4))
        entries.append(Array(text.utf8))
      }
    }
    var parsed: [Vocabulary.Merge] = []
    for (index, merge) in merges.enumerated() {
      let parts = merge.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let left = ByteAlphabet.bytes(String(parts[0])),
        let right = ByteAlphabet.bytes(String(parts[1])), let leftID = ids[left],
        let rightID = ids[right], let result = ids[left + right]
      else { throw .badMerge(path: path, index: index, merge: merge) }
      parsed.append(Vocabulary.Merge(left: leftID, right: rightID, result: result))
    }
    let byteTokens = (UInt8.min...UInt8.max).map { ids[[$0]] ?? -1 }
    self.init(
      vocabulary: Vocabulary(tokens: entries, merges: parsed, addedTokens: added),
      byteTokens: byteTokens, preTokenizer: preTokenizer, normalizes: normalizes,
      ignoresMerges: ignoresMerges)
  }

  private static let ggufPreTokenizers:
    [String: (PreTokenizer, normalizes: Bool, ignoresMerges: Bool)] = [
      "gpt-2": (PreTokenizer(separatesDigits: false), false, false),
      "llama-bpe": (PreTokenizer(pattern: .llama3, separatesDigits: false), false, true),
      "qwen2": (PreTokenizer(pattern: .qwen2, separatesDigits: false), true, false),
      "smollm": (PreTokenizer(separatesDigits: true), false, false),
    ]
}
