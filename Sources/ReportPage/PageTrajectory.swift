import JSONLines
import Judging
import Records
import Reporting
import Steps

/// A trajectory as the page's script gets it: the response in parts, with what each stage says of each step.
struct PageTrajectory: JSONWritable {
  let item: TrajectorySample.Item
  /// The position of its problem in the page's list.
  let problem: Int

  func write(to json: inout JSONWriter) {
    let trajectory = item.trajectory
    json.object { object in
      object.member("run", item.place.run)
      object.member(ifPresent: "step", item.place.step)
      object.member(ifPresent: "evaluation", item.place.evaluation)
      object.member("problem", problem)
      object.member("index", trajectory.rollout.index)
      object.member(ifPresent: "tokens", trajectory.tokenCount)
      object.member(ifPresent: "finish", trajectory.rollout.finishReason?.word)
      object.member("looping", trajectory.isLooping)
      object.member(ifPresent: "misaligned", trajectory.isMisaligned)
      object.member("preamble", text(0..<(trajectory.rollout.steps.first?.bytes.lowerBound ?? end)))
      object.member("parts") { parts in
        parts.array { array in
          for step in trajectory.rollout.steps {
            array.object { writePart(number: step.number, bytes: step.bytes, to: &$0) }
          }
        }
      }
      writeJudgement(trajectory.judgement, to: &object)
      object.member(ifPresent: "check_error", trajectory.stepCheck?.error)
      writeReward(trajectory.reward, to: &object)
      guard let advantage = trajectory.advantage else { return }
      object.member("estimator", advantage.estimator)
      object.member("outcome", rounded(advantage.outcome))
      // What reaches the whole response is told beside the outcome.
      let whole = advantage.offsets.filter {
        $0.step < 1 || $0.step > trajectory.rollout.steps.count
      }
      if !whole.isEmpty { object.member("whole", rounded(whole.reduce(0) { $0 + $1.value })) }
    }
  }

  private var end: Int { item.trajectory.rollout.response.utf8.count }

  /// Bytes of the response as text; a span that cuts a character shows its halves as �.
  private func text(_ bytes: Range<Int>) -> String {
    let utf8 = item.trajectory.rollout.response.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: bytes.lowerBound)
    return String(
      decoding: utf8[start..<utf8.index(start, offsetBy: bytes.count)], as: UTF8.self)
  }

  private func writePart(number: Int, bytes: Range<Int>, to object: inout JSONWriter) {
    let trajectory = item.trajectory
    object.member("text", text(bytes))
    if let steps = trajectory.checkedSteps, number <= steps.count {
      object.member("check", steps[number - 1].map { $0 ? "right" : "wrong" } ?? "none")
    }
    if let score = trajectory.reward?.steps?.first(where: { $0.step == number }) {
      object.member("score", rounded(score.delta))
      object.member("judged", score.judged)
      object.member("satisfied", score.satisfied)
    }
    if let offset = trajectory.advantage?.offsets.first(where: { $0.step == number }) {
      object.member("offset", rounded(offset.value))
    }
  }

  private func writeJudgement(_ judgement: Judgement?, to object: inout JSONWriter) {
    guard let judgement else { return }
    object.member("judge") { judge in
      judge.object { judge in
        judge.member("status", judgement.status.rawValue)
        judge.member("model", judgement.model)
        judge.member(ifPresent: "error", judgement.error)
        judge.member(ifPresent: "latency_ms", judgement.latencyMilliseconds)
        judge.member("verdicts", judgement.verdicts)
      }
    }
  }

  private func writeReward(_ reward: Reward?, to object: inout JSONWriter) {
    guard let reward else { return }
    object.member("correct", reward.isCorrect)
    object.member("format", reward.hasFormat)
    object.member("base", rounded(reward.base))
    object.member(ifPresent: "rubric", reward.rubric.map(rounded))
    object.member(ifPresent: "answer", reward.answer)
  }
}
