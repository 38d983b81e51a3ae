// The reasoning steps of a response, as spans of its bytes and tokens.

/// One reasoning step of a response.
package struct ResponseStep: Sendable, Equatable {
  /// Order of appearance, from 1.
  package let number: Int
  /// What the header says ("1", "2", "٣"); empty where steps are lines or paragraphs.
  package let label: String
  /// UTF-8 bytes of the response, half-open, the header included.
  package let bytes: Range<Int>
  /// Response tokens, half-open; nil where the response has no tokens. A token belongs to the step that
  /// holds its first byte.
  package var tokens: Range<Int>?

  package init(number: Int, label: String, bytes: Range<Int>, tokens: Range<Int>? = nil) {
    self.number = number
    self.label = label
    self.bytes = bytes
    self.tokens = tokens
  }
}

/// How a response is parted into steps.
package enum StepStyle: String, CaseIterable, Sendable {
  /// At headers `### Step N:`; text before the first belongs to no step.
  case headers
  /// Every non-blank line is a step.
  case lines
  /// Every block of lines between blank lines is a step.
  case paragraphs
}
