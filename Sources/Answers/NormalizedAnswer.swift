// The authors' text clean-up, kept as it is for comparison with published runs.

/// An answer in the form in which the authors' code compares two.
///
/// White space at the ends, commas, plain blanks and dollar signs go; `\text{…}`, `\textbf{…}` and `\boxed{…}` are unwrapped up
/// to the nearest closing brace; `\frac` before two single characters becomes `frac{a}{b}`, without its backslash. So "1,2"
/// equals "12", and `\frac12` differs from `\frac{1}{2}`.
package func normalizedAnswer(_ text: String) -> String {
  var scalars = trimmed(Array(text.unicodeScalars)).filter { ![",", " ", "$"].contains($0) }
  for command in [#"\text{"#, #"\textbf{"#, #"\boxed{"#] {
    scalars = unwrapping(command, in: scalars)
  }
  return String(String.UnicodeScalarView(trimmed(shortFractionsRewritten(in: scalars))))
}

typealias Scalars = [Unicode.Scalar]

private func trimmed(_ scalars: Scalars) -> Scalars {
  func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }
  guard let first = scalars.firstIndex(where: { !isBlank($0) }),
    let last = scalars.lastIndex(where: { !isBlank($0) })
  else { return [] }
  return Array(scalars[first...last])
}

/// Replaces every `command…}` on one line by what is between.
func unwrapping(_ command: String, in scalars: Scalars) -> Scalars {
  let opening = Array(command.unicodeScalars)
  var result: Scalars = []
  var position = 0
  // Where no brace closes a command, none closes the commands behind it on the same line either.
  var hopelessUntil = 0
  while position < scalars.count {
    let start = position + opening.count
    if position >= hopelessUntil, start <= scalars.count,
      scalars[position..<start].elementsEqual(opening)
    {
      let end = scalars[start...].firstIndex { $0 == "}" || $0 == "\n" } ?? scalars.count
      if end < scalars.count, scalars[end] == "}" {
        result += scalars[start..<end]
        position = end + 1
        continue
      }
      hopelessUntil = end
    }
    result.append(scalars[position])
    position += 1
  }
  return result
}

private func shortFractionsRewritten(in scalars: Scalars) -> Scalars {
  let command = Array(#"\frac"#.unicodeScalars)
  var result: Scalars = []
  var position = 0
  while position < scalars.count {
    let first = position + command.count
    guard first + 1 < scalars.count, scalars[position..<first].elementsEqual(command),
      scalars[first] != "{", scalars[first + 1] != "\n"
    else {
      result.append(scalars[position])
      position += 1
      continue
    }
    result += Array("frac{".unicodeScalars) + [scalars[first]] + Array("}{".unicodeScalars)
    result += [scalars[first + 1], "}"]
    position = first + 2
  }
  return result
}
