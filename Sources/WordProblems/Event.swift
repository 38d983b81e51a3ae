// What can happen to a number of things, and the calculations that follow from it.

/// Something that changes how many there are.
enum Event: Equatable {
  /// So many come.
  case gain(Int)
  /// So many go.
  case loss(Int)
  /// So many packs of so many come.
  case packs(Int, of: Int)
  /// There are so many times as many.
  case multiple(Int)
  /// They are split into so many equal parts, and one is kept.
  case share(Int)
  /// So many per cent go.
  case percentLoss(Int)
  /// They are put into groups of so many; what is left over fills none. What is counted from then on are the full groups.
  case groups(of: Int)

  /// The calculations, given how many there were; nil where one has no whole, non-negative result.
  func calculations(from total: Int) -> [Calculation]? {
    switch self {
    case .gain(let count): return exact([Calculation(total, .plus, count)])
    case .loss(let count): return exact([Calculation(total, .minus, count)])
    case .packs(let count, let size):
      return exact([Calculation(count, .times, size), Calculation(total, .plus, count * size)])
    case .multiple(let factor): return exact([Calculation(total, .times, factor)])
    case .share(let parts): return exact([Calculation(total, .over, parts)])
    case .percentLoss(let percent):
      // 25 % of 80 as 80 / 4: one calculation with whole numbers.
      guard let part = Calculation(total, .over, 100 / percent).result else { return nil }
      return exact([
        Calculation(total, .over, 100 / percent), Calculation(total, .minus, part),
      ])
    case .groups(let size):
      let rest = total % size
      // With nothing left over there would be one calculation less.
      guard rest > 0 else { return nil }
      return exact([Calculation(total, .minus, rest), Calculation(total - rest, .over, size)])
    }
  }

  /// The wrong calculation that a weak solver makes in place of one of them: the opposite operation.
  static func mistake(for calculation: Calculation) -> Calculation {
    let opposite: Calculation.Operation =
      switch calculation.operation {
      case .plus: .minus
      case .minus: .plus
      case .times: .plus
      case .over: .minus
      }
    return Calculation(calculation.left, opposite, calculation.right)
  }

  private func exact(_ calculations: [Calculation]) -> [Calculation]? {
    calculations.allSatisfy { $0.result != nil } ? calculations : nil
  }
}
