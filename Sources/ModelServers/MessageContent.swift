// The text of a chat message, in the forms in which servers give it.

package import JSONLines

/// What a message of a chat completion says, and what its author thought.
package struct MessageContent: Equatable, Sendable {
  /// nil where there is none, as in a reply that was cut off while it was thinking.
  package let text: String?
  /// What a server's reasoning parser parted from the text, from `reasoning_content`, `reasoning` or parts of the content.
  package let thoughts: String?
  /// What a model says that refuses to answer.
  package let refusal: String?
  /// The type of the first part of the content that holds no text, such as `image_url`; nil where all hold texts.
  package let otherPart: String?

  /// - Parameter message: a message, or the difference that an event of a stream adds to one.
  package init(_ message: JSONValue) {
    let content = message["content"]
    let parts = content?.elements?.map(Part.init)
    text = content?.string ?? parts.map { $0.filter { !$0.isThought }.map(\.text).joined() }
    otherPart = parts?.lazy.compactMap(\.otherKind).first
    let parted = (parts ?? []).filter(\.isThought).map(\.text).joined()
    let named = ["reasoning_content", "reasoning"].lazy.compactMap { message[$0]?.string }
    let thoughts = named.first { !$0.isEmpty } ?? parted
    self.thoughts = thoughts.isEmpty ? nil : thoughts
    refusal = message["refusal"]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  private init(text: String?, thoughts: String?, refusal: String?, otherPart: String?) {
    self.otherPart = otherPart
    self.text = text
    self.thoughts = thoughts
    self.refusal = refusal
  }

  /// The message that the differences of a stream's events make together.
  package init(joining parts: [MessageContent]) {
    func joined(_ texts: [String?]) -> String? {
      let texts = texts.compactMap { $0 }
      return texts.isEmpty ? nil : texts.joined()
    }
    self.init(
      text: joined(parts.map(\.text)), thoughts: joined(parts.map(\.thoughts)),
      refusal: joined(parts.map(\.refusal)),
      otherPart: parts.lazy.compactMap(\.otherPart).first)
  }
}

/// One part of a content that is a list: `{"type":"text","text":…}` or `{"type":"thinking","thinking":…}`.
private struct Part {
  let text: String
  let isThought: Bool
  /// Its type, where it holds no text.
  let otherKind: String?

  init(_ part: JSONValue) {
    isThought = ["thinking", "reasoning"].contains(part["type"]?.string)
    let content = isThought ? part["thinking"] ?? part["text"] : part["text"]
    let isText = part.string != nil || content?.string != nil || content?.elements != nil
    otherKind = isText ? nil : part["type"]?.string ?? part.kind.rawValue
    text =
      part.string ?? content?.string
      ?? (content?.elements ?? []).compactMap { $0.string ?? $0["text"]?.string }.joined()
  }
}
