// Command lines as they may be kept.

import JSONLines

/// The arguments of a tool without the secrets in them: values of `--header`, keys in `--extra-body`, and user information and
/// queries of URLs.
package func shownArguments(_ arguments: [String]) -> [String] {
  var option: String?
  return arguments.map { argument in
    defer { option = argument.hasPrefix("--") ? argument : nil }
    for name in ["--header", "--extra-body"] {
      if option == name { return shown(argument, valueOf: name) }
      if argument.hasPrefix(name + "=") {
        return name + "=" + shown(String(argument.dropFirst(name.count + 1)), valueOf: name)
      }
    }
    return withMaskedURLs(argument)
  }
}

private func shown(_ value: String, valueOf option: String) -> String {
  option == "--header" ? shownHeader(value) : shownBody(value)
}

/// A header with its value masked, unless that only says where the value is.
private func shownHeader(_ header: String) -> String {
  let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
  guard halves.count == 2 else { return "*****" }
  let isPlace = halves[1].hasPrefix("@") || halves[1].hasPrefix("env:")
  return isPlace ? header : "\(halves[0])=*****"
}

private func shownBody(_ json: String) -> String {
  let bytes = Array(json.utf8)
  guard let document = try? JSONDocument(parsing: bytes) else { return "*****" }
  return withMaskedURLs(SecretMask(secrets(in: document.root)).masked(json))
}

/// A text in which the URLs, such as that of `NAME=URL`, are masked.
private func withMaskedURLs(_ text: String) -> String {
  var result = ""
  var rest = text[...]
  let isEnd: (Character) -> Bool = { $0.isWhitespace || $0 == "\"" || $0 == "'" }
  while let scheme = rest.firstRange(of: "://") {
    let start =
      rest[..<scheme.lowerBound].lastIndex { !$0.isLetter }.map { rest.index(after: $0) }
      ?? rest.startIndex
    let end = rest[scheme.upperBound...].firstIndex(where: isEnd) ?? rest.endIndex
    result += rest[..<start] + maskedURL(String(rest[start..<end]))
    rest = rest[end...]
  }
  return result + rest
}
