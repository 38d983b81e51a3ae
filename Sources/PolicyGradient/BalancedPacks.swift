// Parting sequences into packs of like size.

/// Parts sequences into packs of at most `maxTokens` tokens, as equal in tokens as greedy filling makes them.
///
/// The longest sequence goes first, always into the pack with the fewest tokens. Depends on the lengths alone.
///
/// - Parameters:
///   - lengths: tokens of each sequence.
///   - maxTokens: of a pack; a longer sequence gets one of its own.
/// - Returns: for each pack the indices of its sequences, ascending; no pack is empty.
func balancedPacks(lengths: [Int], maxTokens: Int) -> [[Int]] {
  guard !lengths.isEmpty else { return [] }
  let order = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
  let total = lengths.reduce(0, +)
  var packCount = min((total + maxTokens - 1) / max(maxTokens, 1), lengths.count)
  while true {
    var packs = [[Int]](repeating: [], count: max(packCount, 1))
    var loads = [Int](repeating: 0, count: packs.count)
    for index in order {
      let lightest = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      packs[lightest].append(index)
      loads[lightest] += lengths[index]
    }
    let isFull = zip(packs, loads).contains { $0.count > 1 && $1 > maxTokens }
    if !isFull || packs.count == lengths.count {
      return packs.filter { !$0.isEmpty }.map { $0.sorted() }
    }
    packCount += 1
  }
}
