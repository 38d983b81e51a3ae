import Synchronization

/// A reply as the caller has read it.
package enum ReplyUse<Value: Sendable>: Sendable {
  case usable(Value)
  /// Another one may be better.
  ///
  /// - Parameters:
  ///   - reason: what is wrong, for people.
  ///   - remark: the same for the model, as a clause.
  case unusable(reason: String, remark: String)
}

/// What the next request says of a model's earlier replies.
final class Remarks: Sendable {
  private let state = Mutex<(last: String, count: Int)?>(nil)

  func add(_ remark: String) {
    state.withLock { $0 = (remark, ($0?.count ?? 0) + 1) }
  }

  /// nil before the first remark; no two are alike.
  var text: String? {
    state.withLock { $0 }.map { last, count in
      """
      This is attempt \(count + 1): your last reply could not be used, since \(last). Reply again, in the form that is asked for \
      above.
      """
    }
  }
}

extension ChatRequest {
  /// The request with a text at the end of its last message: roles have to alternate in many chat templates.
  func adding(_ text: String?) -> ChatRequest {
    guard let text, let last = messages.last else { return self }
    let message = ChatMessage(role: last.role, content: last.content + "\n\n" + text)
    return ChatRequest(messages: messages.dropLast() + [message], schema: schema, label: label)
  }
}
