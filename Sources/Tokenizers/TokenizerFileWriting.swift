// Writing the files of a tokenizer as Hugging Face's tokenizers and transformers open them.

internal import JSONLines

extension Tokenizer {
  /// ChatML as a Jinja program, for new policies.
  package static let chatMLSource =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' "
    + "+ message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
}

extension Tokenizer {
  /// The contents of `tokenizer.json`: entries in the order of their numbers, a line each.
  package var fileBytes: [UInt8] {
    let added = vocabulary.addedTokens.map { token in
      "    {\"id\": \(token.id), \"content\": \(jsonText(token.content)), "
        + "\"single_word\": \(token.isSingleWord), \"lstrip\": \(token.stripsLeft), "
        + "\"rstrip\": \(token.stripsRight), \"normalized\": \(token.isNormalized), "
        + "\"special\": \(token.isSpecial)}"
    }
    let addedIDs = Set(vocabulary.addedTokens.map(\.id))
    func entry(_ id: Int) -> String? {
      vocabulary.tokens[id].map { bytes in
        jsonText(
          addedIDs.contains(id) ? String(decoding: bytes, as: UTF8.self) : ByteAlphabet.text(bytes))
      }
    }
    let entries = vocabulary.tokens.indices.compactMap { id in
      entry(id).map { "      \($0): \(id)" }
    }
    let merges = vocabulary.merges.map { merge in
      "      [\(entry(merge.left) ?? ""), \(entry(merge.right) ?? "")]"
    }
    let text = """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
      \(added.joined(separator: ",\n"))
        ],
        "normalizer": \(normalizes ? #"{"type": "NFC"}"# : "null"),
        "pre_tokenizer": \(preTokenizer.json),
        "post_processor": null,
        "decoder": \(PreTokenizer.byteLevelJSON(hasPattern: true)),
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": \(ignoresMerges),
          "vocab": {
      \(entries.joined(separator: ",\n"))
          },
          "merges": [
      \(merges.joined(separator: ",\n"))
          ]
        }
      }

      """
    return Array(text.utf8)
  }

  /// The files of a new policy's tokenizer, by name: `tokenizer.json`, `tokenizer_config.json` with the
  /// chat template, `special_tokens_map.json`.
  ///
  /// - Parameters:
  ///   - chatTemplate: the Jinja program that renders messages, ChatML's by default; nil for none.
  ///   - beginning: the token that templates know as `bos_token`; nil for none.
  ///   - endOfSequence: the token that ends a response.
  ///   - padding: the token that fills batches of programs that pad.
  ///   - maximumLength: tokens that the policy was made for.
  package func files(
    chatTemplate: String? = Tokenizer.chatMLSource, beginning: String? = nil,
    endOfSequence: String = "<|im_end|>",
    padding: String = "<|endoftext|>", maximumLength: Int
  ) -> [(name: String, bytes: [UInt8])] {
    let added = vocabulary.addedTokens.map { token in
      "    \"\(token.id)\": {\"content\": \(jsonText(token.content)), "
        + "\"lstrip\": \(token.stripsLeft), \"normalized\": \(token.isNormalized), "
        + "\"rstrip\": \(token.stripsRight), \"single_word\": \(token.isSingleWord), "
        + "\"special\": \(token.isSpecial)}"
    }
    let configuration = """
      {
        "added_tokens_decoder": {
      \(added.joined(separator: ",\n"))
        },
        "bos_token": \(beginning.map(jsonText) ?? "null"),
        "chat_template": \(chatTemplate.map(jsonText) ?? "null"),
        "clean_up_tokenization_spaces": false,
        "eos_token": \(jsonText(endOfSequence)),
        "model_max_length": \(maximumLength),
        "pad_token": \(jsonText(padding)),
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": null
      }

      """
    let special = """
      {
        "eos_token": \(jsonText(endOfSequence)),
        "pad_token": \(jsonText(padding))
      }

      """
    return [
      ("tokenizer.json", fileBytes),
      ("tokenizer_config.json", Array(configuration.utf8)),
      ("special_tokens_map.json", Array(special.utf8)),
    ]
  }
}

extension PreTokenizer {
  /// As `tokenizer.json` has it.
  fileprivate var json: String {
    var parts: [String] = []
    if separatesDigits { parts.append(#"{"type": "Digits", "individual_digits": true}"#) }
    if pattern != .gpt2 {
      parts.append(
        #"{"type": "Split", "pattern": {"Regex": \#(jsonText(pattern.source))}, "#
          + #""behavior": "Isolated", "invert": false}"#)
    }
    parts.append(Self.byteLevelJSON(hasPattern: pattern == .gpt2))
    return parts.count == 1
      ? parts[0]
      : #"{"type": "Sequence", "pretokenizers": [\#(parts.joined(separator: ", "))]}"#
  }

  /// - Parameter hasPattern: whether the part applies GPT-2's pattern, which it has built in.
  fileprivate static func byteLevelJSON(hasPattern: Bool) -> String {
    #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "#
      + #""use_regex": \#(hasPattern)}"#
  }
}
