import ArgumentParser
import Inquiries

/// Who judges.
struct JudgeOptions: ParsableArguments {
  /// The judges there are.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case equations, chat
  }

  @Option(
    help: ArgumentHelp(
      """
      Who judges. (default: 'chat' where '--model', '--url', JUDGE_MODEL or JUDGE_URL names a model or a server, else \
      'equations')
      """,
      valueName: "name"))
  var judge: Kind?

  @Option(
    help: ArgumentHelp(
      "How often each model votes; the majority decides, and a tie claims nothing.",
      valueName: "count"))
  var votes = 1

  mutating func validate() throws {
    guard (1...99).contains(votes) else {
      throw ValidationError("'--votes' must be in 1 ... 99, but is \(votes)")
    }
    if judge == .equations, votes > 1 {
      throw ValidationError("'--votes' needs a judge that can differ with itself, not 'equations'")
    }
  }

  /// Who judges, by these options and those that name servers.
  func kind(_ servers: ServerArguments) throws -> Kind {
    if judge == .equations, servers.namesModel {
      throw ValidationError(
        "'--judge equations' asks no model: leave '--model' and '--url' out, or give '--judge chat'"
      )
    }
    return judge ?? (servers.meansModel ? .chat : .equations)
  }
}
