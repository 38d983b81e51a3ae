import Foundation
import TestSupport

/// Problems, rollouts and a judge of them that a test can check: item i of problem n is satisfied where n + i is even.
enum JudgedProblems {
  static func rollout(_ number: Int, items: Int = 2) -> String {
    let rubric = (1...items).map { #"{"id":\#($0),"type":"SUGGEST","text":"Does \#($0)."}"# }
    let response = #"### Step 1: do\nsomething for \#(number)\n\\boxed{3}"#
    return
      #"{"id":"p\#(number)","problem":"Problem number \#(number).","ground_truth":"3","rubric":[\#(rubric.joined(separator: ","))],"messages":[],"rollout":{"index":0,"response":"\#(response)","steps":[{"number":1,"label":"1","bytes":[0,40]}]}}"#
  }

  static func stream(_ count: Int) -> Data {
    Data(((1...count).map { rollout($0) }.joined(separator: "\n") + "\n").utf8)
  }

  static func isSatisfied(_ number: Int, item: Int) -> Bool { (number + item) % 2 == 0 }

  /// What a request asks about.
  struct Question {
    let number: Int
    let items: [Int]
    let hasSchema: Bool
    let prompt: String
    let model: String
    /// What the answer must begin with.
    let code: String

    init?(_ request: ReceivedRequest) {
      guard
        let body = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any],
        let messages = body["messages"] as? [[String: Any]],
        let prompt = messages.first?["content"] as? String,
        let digits = prompt.firstMatch(of: /Problem number (\d+)\./)?.1, let number = Int(digits),
        let criteria = prompt.range(of: "CRITERIA\n"),
        let code = prompt.firstMatch(of: /"code", which is "([0-9a-f]+)"/)?.1
      else { return nil }
      self.code = String(code)
      self.number = number
      self.prompt = prompt
      model = body["model"] as? String ?? ""
      hasSchema = body["response_format"] != nil
      items = prompt[criteria.upperBound...].matches(of: /(\d+)\. SUGGEST/).compactMap { Int($0.1) }
    }
  }

  /// A judge that gives the true verdicts, and what a test makes of a question where it makes something of it.
  static func server(
    _ special: @escaping @Sendable (Question, ReceivedRequest) -> ServerAnswer? = { _, _ in nil }
  ) throws -> LoopbackServer {
    try LoopbackServer { request in
      guard let question = Question(request) else {
        return .respond(status: 400, body: Data("{}".utf8))
      }
      return special(question, request)
        ?? .respond(status: 200, body: completion(verdicts(question)))
    }
  }

  static func verdicts(_ question: Question) -> String {
    let entries = question.items.map { item in
      #"{"id":\#(item),"satisfied":\#(isSatisfied(question.number, item: item)),"step":1}"#
    }
    return #"{"code":"\#(question.code)","verdicts":[\#(entries.joined(separator: ","))]}"#
  }

  /// A completion with that text.
  static func completion(_ text: String) -> Data {
    let choice: [String: Any] = [
      "message": ["role": "assistant", "content": text], "finish_reason": "stop",
    ]
    let reply: [String: Any] = [
      "choices": [choice], "usage": ["prompt_tokens": 100, "completion_tokens": 20],
    ]
    return (try? JSONSerialization.data(withJSONObject: reply)) ?? Data()
  }
}
