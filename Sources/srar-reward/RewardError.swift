import Diagnostics

/// What makes the rewards of a whole stream meaningless.
enum RewardError: ToolError, Equatable {
  /// Not one verdict of the stream is on an item of its record's rubric.
  case noItemMatches(verdicts: Int, countsFromZero: Bool)

  var description: String {
    switch self {
    case .noItemMatches(let verdicts, let countsFromZero):
      "\"judge\": none of the \(counted(verdicts, "verdict")) is on an item of its record's rubric; "
        + "the \"id\" of a verdict must be that of an item"
        + (countsFromZero ? ", and items count from 1, where some verdicts say 0" : "")
    }
  }

  var exitStatus: ExitStatus { .badData }
}
