internal import Dispatch
internal import Synchronization

/// What passes between the caller, who brings requests and takes responses, and the lanes, which make them.
///
/// Neighbouring requests of one prompt form a group and go to one lane together, so that it reads the prompt once; only
/// the last group is parted where other lanes have nothing to do. Lanes that have fewest responses to make are served first.
final class GenerationQueue: Sendable {
  /// Requests of one prompt, by their numbers.
  struct Group {
    var members: ArraySlice<(index: Int, request: GenerationRequest)>
  }

  /// What a lane is doing, once it has begun.
  private struct LaneState {
    /// Responses that it has begun or taken.
    var load = 0
    var isFull = false
    var isAsleep = false
  }

  private struct State {
    var groups: ArraySlice<Group> = []
    var isClosed = false
    var isStopped = false
    var lanes: [LaneState?]
    var finished: [(index: Int, response: GenerationResponse)] = []
    var fault: TransformerError?
  }

  private let state: Mutex<State>
  private let laneSignals: [DispatchSemaphore]
  private let finishedSignal = DispatchSemaphore(value: 0)

  init(laneCount: Int) {
    state = Mutex(State(lanes: Array(repeating: nil, count: laneCount)))
    laneSignals = (0..<laneCount).map { _ in DispatchSemaphore(value: 0) }
  }

  // MARK: The caller's side

  /// Adds requests, which have the numbers from `firstIndex` on.
  func append(_ requests: [GenerationRequest], firstIndex: Int) {
    let numbered = requests.enumerated().map { (index: firstIndex + $0, request: $1) }
    var groups: [Group] = []
    var start = 0
    while start < numbered.count {
      let prompt = numbered[start].request.prompt
      let end =
        numbered[start...].firstIndex { $0.request.prompt != prompt } ?? numbered.count
      groups.append(Group(members: numbered[start..<end]))
      start = end
    }
    change { $0.groups += groups }
  }

  /// Says that no requests follow.
  func close() { change { $0.isClosed = true } }

  /// Ends the work: lanes leave what they have begun.
  func stop() {
    change { state in
      state.groups = []
      state.isClosed = true
      state.isStopped = true
    }
  }

  /// Waits for responses that have been finished since the last call.
  ///
  /// - Throws: what ended a lane.
  func waitForFinished() throws(TransformerError) -> [(
    index: Int, response: GenerationResponse
  )] {
    finishedSignal.wait()
    let (finished, fault) = state.withLock { state in
      defer { state.finished = [] }
      return (state.finished, state.fault)
    }
    if let fault { throw fault }
    return finished
  }

  private func change(_ body: (inout State) -> Void) {
    let asleep = state.withLock { state in
      body(&state)
      let asleep = state.lanes.indices.filter { state.lanes[$0]?.isAsleep == true }
      for lane in asleep { state.lanes[lane]?.isAsleep = false }
      return asleep
    }
    for lane in asleep { laneSignals[lane].signal() }
  }

  // MARK: The lanes' side

  /// Whether lanes are to leave what they have begun.
  var isStopped: Bool { state.withLock(\.isStopped) }

  /// The next requests for a lane; nil where there are none, or others are to have them.
  ///
  /// - Parameter load: responses that the lane has begun or taken.
  func take(lane: Int, load: Int) -> Group? {
    state.withLock { state in
      state.lanes[lane] = LaneState(load: load)
      let others = state.lanes.indices.filter { $0 != lane }.compactMap { state.lanes[$0] }
      guard let group = state.groups.first,
        others.allSatisfy({ $0.isFull || $0.load >= load })
      else { return nil }
      var taken = group.members
      if state.isClosed, state.groups.count == 1 {
        taken = taken.prefix((taken.count + state.lanes.count - 1) / state.lanes.count)
      }
      let left = group.members.dropFirst(taken.count)
      if left.isEmpty {
        state.groups.removeFirst()
      } else {
        state.groups[state.groups.startIndex].members = left
      }
      state.lanes[lane]?.load += taken.count
      return Group(members: taken)
    }
  }

  /// Notes that a lane has no room for more than it has.
  func noteFull(lane: Int, load: Int) {
    state.withLock { $0.lanes[lane] = LaneState(load: load, isFull: true) }
  }

  /// Waits until there may be work for a lane that has none.
  ///
  /// - Returns: false where there will be none.
  func waitForWork(lane: Int) -> Bool {
    let hasWork: Bool? = state.withLock { state in
      if !state.groups.isEmpty { return true }
      if state.isClosed { return false }
      state.lanes[lane] = LaneState(isAsleep: true)
      return nil
    }
    if let hasWork { return hasWork }
    laneSignals[lane].wait()
    return true
  }

  func finish(_ index: Int, _ response: GenerationResponse) {
    state.withLock { $0.finished.append((index, response)) }
    finishedSignal.signal()
  }

  /// Notes what ended a lane; the others get nothing more.
  func fail(_ fault: TransformerError) {
    stop()
    state.withLock { $0.fault = $0.fault ?? fault }
    finishedSignal.signal()
  }
}
