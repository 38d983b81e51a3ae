// Which tokens a step has.

/// Gives each step its tokens: a token belongs to the step that holds its first byte.
///
/// - Parameters:
///   - steps: with byte spans, in order of appearance.
///   - tokenBytes: the byte span of each response token; a token that stands for no bytes, such as the end of the
///     sequence, belongs to no step.
/// - Returns: the steps with token spans; an empty one, where its bytes would begin, for a step that gets no token.
package func withTokenSpans(_ steps: [ResponseStep], tokenBytes: [Range<Int>]) -> [ResponseStep] {
  // Offsets never fall, so one walk over the tokens serves all steps.
  var token = 0
  return steps.map { step in
    while token < tokenBytes.count,
      tokenBytes[token].lowerBound < step.bytes.lowerBound || tokenBytes[token].isEmpty
    {
      token += 1
    }
    let first = token
    var end = token
    while token < tokenBytes.count, tokenBytes[token].lowerBound < step.bytes.upperBound {
      token += 1
      if !tokenBytes[token - 1].isEmpty { end = token }
    }
    var result = step
    result.tokens = first..<end
    return result
  }
}
