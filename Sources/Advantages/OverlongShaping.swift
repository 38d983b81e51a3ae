// DAPO's soft overlong punishment: a response that nears the length limit loses reward.

/// Off by default in SRaR's recipe.
package struct OverlongShaping: Sendable, Equatable {
  /// What happens beyond the limit.
  package enum Form: String, CaseIterable, Sendable {
    /// The penalty stays at its value at the limit (the DAPO paper).
    case capped
    /// It goes on growing (the DAPO code).
    case uncapped
  }

  /// The length limit L_max, in tokens.
  package let maxResponseTokens: Int
  /// The penalty grows over so many tokens before the limit; 0 turns it off.
  package let bufferTokens: Int
  /// What is lost at the limit, in reward units.
  package let penalty: Double
  /// What happens beyond it.
  package let form: Form

  package init(maxResponseTokens: Int, bufferTokens: Int, penalty: Double, form: Form) {
    self.maxResponseTokens = maxResponseTokens
    self.bufferTokens = bufferTokens
    self.penalty = penalty
    self.form = form
  }

  /// What to add to the reward of a response: 0 or negative.
  ///
  /// min(−e/buffer · penalty, 0) with e = length − (L_max − buffer)          DAPO (arXiv 2503.14476), eq. 13
  ///
  /// - Parameter responseTokens: the response's length, in tokens.
  package func adjustment(responseTokens: Int) -> Double {
    let excess = responseTokens - (maxResponseTokens - bufferTokens)
    guard bufferTokens > 0, excess > 0 else { return 0 }
    let loss = Double(excess) / Double(bufferTokens) * penalty
    return switch form {
    case .capped: -min(loss, penalty)
    case .uncapped: -loss
    }
  }
}
