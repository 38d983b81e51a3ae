// Reading `tokenizer.json` as Hugging Face's tokenizers writes it, byte-level vocabularies only.

internal import Diagnostics
internal import Foundation
internal import JSONLines

extension Tokenizer {
  /// Reads the tokenizer of a policy folder.
  package convenience init(folder: String) throws {
    try self.init(readingFrom: "\(folder)/tokenizer.json")
  }

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: `TokenizerError` where the file is missing or malformed, or where it asks for
  ///   anything that would make other tokens than this encoder does.
  package convenience init(readingFrom path: String) throws {
    let json = try decodedFile(TokenizerJSON.self, path: path)
    let preTokenizer = try json.checkedPreTokenizer(path: path)
    try json.checkOtherParts(path: path)
    let builder = try VocabularyBuilder(json, path: path)
    self.init(
      vocabulary: try builder.vocabulary(), byteTokens: try builder.byteTokens(),
      preTokenizer: preTokenizer, normalizes: json.normalizes,
      ignoresMerges: json.model.ignoresMerges ?? false)
  }
}

/// A JSON file, decoded, with errors that name it and the field.
func decodedFile<Value: Decodable>(_ type: Value.Type, path: String) throws -> Value {
  let data: Data
  do {
    data = try Data(contentsOf: URL(fileURLWithPath: path))
  } catch let error as CocoaError
    where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile
  {
    throw TokenizerError.missingFile(path: path)
  } catch {
    throw SystemError("read", path: path, code: EIO)
  }
  do {
    return try JSONDecoder().decode(type, from: data)
  } catch let error as DecodingError {
    throw TokenizerError.malformedJSON(path: path, problem: problem(in: error))
  }
}

/// Checks a file's vocabulary and numbers its parts.
private struct VocabularyBuilder {
  let path: String
  private let json: TokenizerJSON
  private var tokens: [[UInt8]?]
  private var tokenIDs: [[UInt8]: Int] = [:]

  init(_ json: TokenizerJSON, path: String) throws {
    self.path = path
    self.json = json
    let added = Dictionary(
      json.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { first, _ in first })
    let limit = 2 * (json.model.vocab.count + json.addedTokens.count) + 4096
    let highest = max(
      json.model.vocab.values.max() ?? -1, json.addedTokens.map(\.id).max() ?? -1)
    tokens = Array(repeating: nil, count: max(0, min(highest, limit) + 1))
    for (entry, id) in json.model.vocab.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) })
    where added[entry] == nil {
      guard let bytes = ByteAlphabet.bytes(entry) else {
        throw TokenizerError.notBytes(path: path, entry: entry)
      }
      try place(bytes, entry: entry, id: id)
      tokenIDs[bytes] = id
    }
    for token in json.addedTokens {
      if let id = json.model.vocab[token.content], id != token.id {
        throw TokenizerError.badTokenID(path: path, entry: token.content, id: token.id)
      }
      try place(Array(token.content.utf8), entry: token.content, id: token.id)
    }
  }

  private mutating func place(_ bytes: [UInt8], entry: String, id: Int) throws {
    guard tokens.indices.contains(id), tokens[id] == nil else {
      throw TokenizerError.badTokenID(path: path, entry: entry, id: id)
    }
    tokens[id] = bytes
  }

  func vocabulary() throws -> Vocabulary {
    var merges: [Vocabulary.Merge] = []
    merges.reserveCapacity(json.model.merges.count)
    for (index, merge) in json.model.merges.enumerated() {
      guard let left = ByteAlphabet.bytes(merge.left), let right = ByteAlphabet.bytes(merge.right),
        let leftID = tokenIDs[left], let rightID = tokenIDs[right],
        let result = tokenIDs[left + right]
      else {
        throw TokenizerError.badMerge(
          path: path, index: index, merge: "\(merge.left) \(merge.right)")
      }
      merges.append(Vocabulary.Merge(left: leftID, right: rightID, result: result))
    }
    return Vocabulary(
      tokens: tokens, merges: merges,
      addedTokens: json.addedTokens.sorted { $0.id < $1.id }.map {
        AddedToken(
          id: $0.id, content: $0.content, isSpecial: $0.special ?? false,
          stripsLeft: $0.lstrip ?? false, stripsRight: $0.rstrip ?? false,
          isSingleWord: $0.singleWord ?? false, isNormalized: $0.normalized ?? false)
      })
  }

  /// The token of each byte; some vocabularies lack control characters, which then make no token.
  func byteTokens() throws -> [Int] {
    try (UInt8.min...UInt8.max).map { byte in
      if let id = tokenIDs[[byte]] { return id }
      guard json.model.unknownToken == nil else {
        throw TokenizerError.missingByte(path: path, byte: byte)
      }
      return -1
    }
  }
}
