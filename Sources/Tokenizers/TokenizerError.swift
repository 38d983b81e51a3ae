// What can be wrong with a tokenizer's files, and how it is said.

package import Diagnostics

/// What can be wrong with `tokenizer.json`, a chat template, or tokens to be decoded.
package enum TokenizerError: ToolError, Equatable {
  /// The policy folder lacks a file of its tokenizer.
  case missingFile(path: String)
  case malformedJSON(path: String, problem: String)
  /// A part or a setting that is meaningful, but that this tokenizer does not do.
  case unsupported(path: String, field: String, found: String, supported: String)
  /// A byte without a token, in a vocabulary that has another token for what is unknown.
  case missingByte(path: String, byte: UInt8)
  /// An entry that is not text in the byte alphabet.
  case notBytes(path: String, entry: String)
  /// Two entries of one number, or a number out of all proportion.
  case badTokenID(path: String, entry: String, id: Int)
  /// A merge whose parts or result the vocabulary lacks.
  case badMerge(path: String, index: Int, merge: String)
  /// The folder has no chat template, but messages are to be rendered.
  case missingChatTemplate(path: String)
  /// A chat template that is not evaluated here, or fails.
  case badChatTemplate(path: String, problem: String)
  /// Messages that the chat template itself refuses.
  case refusedMessages(path: String, reason: String)
  /// A name of a chat format that none has.
  case unknownChatFormat(String)
  /// A marker of the chat template that the vocabulary lacks.
  case missingMarker(String)
  /// A token to be decoded that the vocabulary lacks.
  case unknownToken(Int, vocabularySize: Int)
  /// A vocabulary too small for the bytes and the special tokens.
  case vocabularyTooSmall(size: Int, minimum: Int)

  package var description: String {
    switch self {
    case .missingFile(let path):
      "\(path): missing from the policy folder"
    case .malformedJSON(let path, let problem):
      "\(path): \(problem)"
    case .unsupported(let path, let field, let found, let supported):
      "\(path): \"\(field)\" is \(found), which is not supported; supported: \(supported)"
    case .missingByte(let path, let byte):
      "\(path): the vocabulary has no token for the byte \(byte), and \"unk_token\" is not supported"
    case .notBytes(let path, let entry):
      "\(path): the token \"\(entry)\" is not in the byte alphabet; only byte-level vocabularies are supported"
    case .badTokenID(let path, let entry, let id):
      "\(path): the token \"\(entry)\" has the number \(id), which is taken or out of range"
    case .badMerge(let path, let index, let merge):
      "\(path): merge \(index) (\"\(merge)\") has a part or a result that the vocabulary lacks"
    case .missingChatTemplate(let path):
      "\(path): has no chat template; name the one to use with --chat-format"
    case .badChatTemplate(let path, let problem):
      """
      \(path): the chat template cannot be followed: \(problem); simplify it in a copy of the policy, or, where one \
      makes the same prompts, name a format with '--chat-format': \
      \(ChatTemplate.named.map(\.name).joined(separator: ", "))
      """
    case .refusedMessages(let path, let reason):
      "\(path): the chat template refuses the messages: \(reason)"
    case .unknownChatFormat(let name):
      "there is no chat format \"\(name)\"; there are \(ChatTemplate.named.map(\.name).joined(separator: ", "))"
    case .missingMarker(let marker):
      "the vocabulary has no token \"\(marker)\", which the chat template needs"
    case .unknownToken(let token, let size):
      "token \(token) is not in the vocabulary of \(size)"
    case .vocabularyTooSmall(let size, let minimum):
      "a vocabulary of \(size) is too small for the bytes and special tokens, which are \(minimum)"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .vocabularyTooSmall, .unknownChatFormat: .usage
    default: .badData
    }
  }
}
