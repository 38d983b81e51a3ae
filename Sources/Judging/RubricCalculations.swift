import Arithmetic
import Rubrics

/// What a rubric item's text says is calculated.
struct RubricCalculations {
  let item: RubricItem
  /// All of them must be stated; empty where the item states no calculation.
  let chains: [StatedChain]

  /// The equations of the item's text, else its calculations without a result.
  ///
  /// What comes after "instead of" or "rather than" is what should, or should not, have been done; it does not count:
  /// "Adds 12 + 7 = 19 instead of 12 - 7 = 5."
  init(_ item: RubricItem) {
    self.item = item
    let utf8 = Array(item.text.utf8)
    var chains = utf8.withUnsafeBytes { StatedChain.all(in: $0) }
    if chains.isEmpty { chains = statedCalculations(in: item.text).map(StatedChain.init) }
    let asserted = chains.filter { !isContrast(utf8, before: $0.bytes.lowerBound) }
    self.chains = asserted.isEmpty ? chains : asserted
  }

  /// The numbers of all its calculations.
  var operands: [Rational] { calculations.flatMap(\.operands) }

  var calculations: [StatedCalculation] { chains.flatMap(\.calculations) }
}

/// Whether "instead of" or "rather than" stands before a place, with at most one word between.
private func isContrast(_ text: [UInt8], before place: Int) -> Bool {
  // Four words fit into this many bytes.
  let before = String(decoding: text[max(0, place - 60)..<place], as: UTF8.self).lowercased()
  let words = before.split(separator: " ").suffix(3)
  return ["instead of", "rather than"].contains { contrast in
    words.joined(separator: " ").contains(contrast)
  }
}
