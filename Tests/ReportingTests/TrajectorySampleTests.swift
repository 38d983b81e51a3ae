import Records
import ReportPage
import Reporting
import Steps
import Testing

@Suite("The trajectories that a page holds")
struct TrajectorySampleTests {
  private func group(_ id: Int, size: Int, looping: Bool = false) -> TrajectoryGroup {
    TrajectoryGroup(
      problem: ProblemText(id: "p\(id)", problem: "", groundTruth: nil, rubric: []),
      trajectories: (0..<size).map { index in
        Trajectory(
          rollout: Rollout(
            index: index, response: "", stepStyle: .headers, steps: []),
          isLooping: looping && index == 0)
      })
  }

  private func place(_ step: Int) -> TrajectoryPlace {
    TrajectoryPlace(run: 0, step: step, evaluation: nil)
  }

  private func names(_ items: [TrajectorySample.Item]) -> [String] {
    items.map { "\($0.place.step ?? 0)/\($0.problem.id)/\($0.trajectory.rollout.index)" }
  }

  @Test("are all of them where there is room")
  func all() {
    var sample = TrajectorySample(seed: 1, budget: 100)
    for id in 0..<10 { sample.offer(group(id, size: 4), at: place(id % 3)) }
    #expect(sample.items(limit: 100).count == 40)
    #expect(sample.total[0] == 40)
  }

  @Test("are whole groups, near the budget, from every step, and the same in every order")
  func order() {
    var (forwards, backwards) = (
      TrajectorySample(seed: 7, budget: 200), TrajectorySample(seed: 7, budget: 200)
    )
    let offers = (0..<20).flatMap { step in (0..<30).map { (step, $0) } }
    for (step, id) in offers { forwards.offer(group(id, size: 4), at: place(step)) }
    for (step, id) in offers.reversed() { backwards.offer(group(id, size: 4), at: place(step)) }
    let items = forwards.items(limit: 200)
    #expect(names(items) == names(backwards.items(limit: 200)))
    #expect(items.count <= 200 && items.count >= 100, "\(items.count)")
    #expect(Set(items.compactMap(\.place.step)).count == 20)
    let groups = Dictionary(grouping: items) { "\($0.place.step ?? 0)/\($0.problem.id)" }
    #expect(groups.values.allSatisfy { $0.count == 4 })
    var other = TrajectorySample(seed: 8, budget: 200)
    for (step, id) in offers { other.offer(group(id, size: 4), at: place(step)) }
    #expect(names(items) != names(other.items(limit: 200)))
  }

  @Test(
    "are of steps evenly spread where a group of each is too many, the first and the last among them"
  )
  func spread() {
    var sample = TrajectorySample(seed: 1, budget: 80)
    for step in 1...200 { sample.offer(group(step, size: 8), at: place(step)) }
    let items = sample.items(limit: 80)
    let steps = Set(items.compactMap(\.place.step)).sorted()
    #expect(items.count == 80)
    #expect(steps.first == 1 && steps.last == 200 && steps.count == 10, "\(steps)")
  }

  @Test("hold the rare ones, too")
  func rare() {
    var sample = TrajectorySample(seed: 1, budget: 16)
    for id in 0..<500 { sample.offer(group(id, size: 2, looping: id % 100 == 0), at: place(1)) }
    let looping = sample.items(limit: 16).filter(\.trajectory.isLooping)
    #expect(looping.count == 5)
    #expect(sample.seen[0]?[.looping] == 5)
  }
}
