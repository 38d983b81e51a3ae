package import ArgumentParser

/// Makes sure that the numbers of options are in a range.
///
/// - Parameters:
///   - options: the numbers by the names of their options; nil for one that is not given.
///   - range: what the tool can compute with.
/// - Throws: `ValidationError`, which names the option and the bound that it crosses.
package func check(
  _ options: KeyValuePairs<String, Int?>, in range: ClosedRange<Int>
) throws(ValidationError) {
  for (name, value) in options {
    guard let value else { continue }
    guard value >= range.lowerBound else {
      throw ValidationError("'\(name)' must be at least \(range.lowerBound), but is \(value)")
    }
    guard value <= range.upperBound else {
      throw ValidationError("'\(name)' must be at most \(range.upperBound), but is \(value)")
    }
  }
}

/// A number as an option gives it.
///
/// - Throws: `ValidationError` where it is none, or so small that it would become 0.
package func number(_ argument: String) throws(ValidationError) -> Double {
  guard let value = Double(argument) else { throw ValidationError("it must be a number") }
  let mantissa = argument.lowercased().prefix { argument.hasPrefix("0x") ? $0 != "p" : $0 != "e" }
  let hasDigits = mantissa.contains { $0.isHexDigit && $0 != "0" }
  guard value != 0 || !hasDigits else {
    throw ValidationError("it is too small, and would become 0; give 0 or a larger number")
  }
  return value
}
