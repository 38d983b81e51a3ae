/// Why a chat template cannot be followed.
package enum TemplateError: Error, Equatable, CustomStringConvertible {
  /// A source that is no template.
  case syntax(String, line: Int)
  /// Something of Jinja that is not evaluated here.
  case unsupported(String, line: Int)
  /// An operation that Jinja itself would refuse.
  case invalid(String, line: Int)
  /// The template's own complaint about the messages.
  case raised(String)

  package var description: String {
    switch self {
    case .syntax(let problem, let line): "line \(line): \(problem)"
    case .unsupported(let what, let line): "line \(line): \(what) is not supported"
    case .invalid(let problem, let line): "line \(line): \(problem)"
    case .raised(let message): "it refuses the messages: \(message)"
    }
  }
}
