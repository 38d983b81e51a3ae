import RandomStreams
import Records
package import Reporting

/// The trajectories that a page holds, chosen from all by a seed.
///
/// Whole groups of rollouts are drawn, uniformly at each place (a training step, an evaluation): offsets are normalised over a group, so that
/// its rollouts explain each other. What is rare – misaligned, looping, judge failed – is drawn once more on its own. Every group's draw
/// is a function of the seed and of what it is, so the sample does not depend on the order of reading. Memory is bounded by
/// twice the budget and a group for each place.
package struct TrajectorySample {
  /// What is drawn on its own.
  package enum Rarity: String, CaseIterable, Sendable {
    case misaligned, looping
    case judgeFailed = "judge_failed"

    fileprivate func holds(for trajectory: Trajectory) -> Bool {
      switch self {
      case .misaligned: trajectory.isMisaligned ?? false
      case .looping: trajectory.isLooping
      case .judgeFailed: trajectory.judgeFailed
      }
    }
  }

  /// One chosen trajectory.
  package struct Item: Equatable, Sendable {
    package let place: TrajectoryPlace
    package let problem: ProblemText
    package let trajectory: Trajectory
  }

  /// How many of each kind there were among all, by run.
  package private(set) var seen: [Int: [Rarity: Int]] = [:]
  /// How many there were in all, by run.
  package private(set) var total: [Int: Int] = [:]

  private let seed: UInt64
  private let rareCount: Int
  private var quota: Int
  private var budget: Int
  private var kept = 0
  private var places: [(place: TrajectoryPlace, groups: [Draw<TrajectoryGroup>])] = []
  private var rare: [RareKey: [Draw<Item>]] = [:]

  /// - Parameters:
  ///   - budget: about how many trajectories; at least one group of every place is kept until `items` is asked for fewer.
  ///   - rareCount: how many of each rarity are drawn on their own in each run.
  package init(seed: UInt64, budget: Int, rareCount: Int = 40) {
    self.seed = seed
    self.budget = budget
    self.rareCount = rareCount
    quota = budget
  }

  /// Considers a group.
  package mutating func offer(_ group: TrajectoryGroup, at place: TrajectoryPlace) {
    total[place.run, default: 0] += group.trajectories.count
    let position = placeIndex(place)
    let draw = Draw(
      priority: priority("group", place, group.problem.id, group.trajectories[0].rollout.index),
      value: group)
    kept += places[position].groups.insertSorted(draw) { $0.trajectories.count }
    kept -= places[position].groups.trim(to: quota)
    while kept > budget, quota > 1 {
      quota -= max(1, quota / 8)
      for index in places.indices { kept -= places[index].groups.trim(to: quota) }
    }
    for trajectory in group.trajectories { offerRare(trajectory, of: group.problem, at: place) }
  }

  private mutating func offerRare(
    _ trajectory: Trajectory, of problem: ProblemText, at place: TrajectoryPlace
  ) {
    for rarity in Rarity.allCases where rarity.holds(for: trajectory) {
      seen[place.run, default: [:]][rarity, default: 0] += 1
      let key = RareKey(run: place.run, rarity: rarity)
      let item = Item(place: place, problem: problem, trajectory: trajectory)
      let draw = Draw(
        priority: priority(rarity.rawValue, place, problem.id, trajectory.rollout.index),
        value: item)
      _ = rare[key, default: []].insertSorted(draw) { _ in 1 }
      if rare[key, default: []].count > rareCount { rare[key]?.removeLast() }
    }
  }

  /// The chosen trajectories by place, problem and index.
  ///
  /// - Parameter limit: about how many at most. Where a group for each place is too many, places evenly spread over the run
  ///   are kept, the first and the last among them.
  package func items(limit: Int) -> [Item] {
    var quota = quota
    var chosen = places
    func size() -> Int {
      chosen.reduce(0) { $0 + $1.groups.reduce(0) { $0 + $1.value.trajectories.count } }
    }
    while size() > limit, quota > 1 {
      quota -= max(1, quota / 8)
      for index in chosen.indices { _ = chosen[index].groups.trim(to: quota) }
    }
    let excess = Double(size()) / Double(max(limit, 1))
    if excess > 1 { chosen = spread(chosen, count: Int(Double(chosen.count) / excess)) }
    var result = chosen.flatMap { place, groups in
      groups.flatMap { draw in
        draw.value.trajectories.map {
          Item(place: place, problem: draw.value.problem, trajectory: $0)
        }
      }
    }
    var known = Set(result.map(Identity.init))
    let share = min(1, Double(limit) / Double(max(budget, 1)))
    for rarity in Rarity.allCases {
      for run in total.keys.sorted() {
        let draws = rare[RareKey(run: run, rarity: rarity)] ?? []
        for draw in draws.prefix(Int((Double(rareCount) * share).rounded(.up)))
        where known.insert(Identity(draw.value)).inserted {
          result.append(draw.value)
        }
      }
    }
    return result.sorted { Identity($0) < Identity($1) }
  }

  private func spread<Element>(_ elements: [Element], count: Int) -> [Element] {
    guard count > 1 else { return Array(elements.suffix(1)) }
    return (0..<count).map { elements[$0 * (elements.count - 1) / (count - 1)] }
  }

  private mutating func placeIndex(_ place: TrajectoryPlace) -> Int {
    // Streams are read place by place, so that the last one is nearly always it.
    if let index = places.lastIndex(where: { $0.place == place }) { return index }
    places.append((place, []))
    return places.count - 1
  }

  private func priority(
    _ purpose: String, _ place: TrajectoryPlace, _ id: String, _ index: Int
  ) -> UInt64 {
    var stream = RandomStream(
      seed: seed, "report page", purpose, place.run, place.step ?? -1, place.evaluation ?? "", id,
      index)
    return stream.next()
  }
}

/// A candidate and its place in the lottery: the lowest numbers win.
private struct Draw<Value> {
  let priority: UInt64
  let value: Value
}

private struct RareKey: Hashable {
  let run: Int
  let rarity: TrajectorySample.Rarity
}

/// What tells trajectories of a page apart, and their order.
private struct Identity: Hashable, Comparable {
  let run: Int
  let evaluation: String
  let step: Int
  let problem: String
  let index: Int

  init(_ item: TrajectorySample.Item) {
    run = item.place.run
    evaluation = item.place.evaluation ?? ""
    step = item.place.step ?? 0
    problem = item.problem.id
    index = item.trajectory.rollout.index
  }

  static func < (one: Identity, other: Identity) -> Bool {
    (one.run, one.evaluation, one.step, one.problem, one.index)
      < (other.run, other.evaluation, other.step, other.problem, other.index)
  }
}

extension [Draw<TrajectoryGroup>] {
  /// Drops the last groups while those before them hold the quota, and says how many trajectories went.
  fileprivate mutating func trim(to quota: Int) -> Int {
    var size = reduce(0) { $0 + $1.value.trajectories.count }
    var dropped = 0
    while count > 1, let last, size > quota {
      size -= last.value.trajectories.count
      dropped += last.value.trajectories.count
      removeLast()
    }
    return dropped
  }
}

extension Array {
  /// Puts a candidate where it belongs, and says how much it weighs.
  fileprivate mutating func insertSorted<Value>(_ draw: Draw<Value>, weight: (Value) -> Int) -> Int
  where Element == Draw<Value> {
    let index = firstIndex { $0.priority > draw.priority } ?? endIndex
    insert(draw, at: index)
    return weight(draw.value)
  }
}
