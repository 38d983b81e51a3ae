// The day that templates are told.

/// 26 July 2024, the same on every day, as the templates of Llama 3.1 and 3.2 have it where nothing gives one.
///
/// Prompts that followed the clock would differ between two runs of the same command.
enum TemplateDay {
  private static let directives = [
    "Y": "2024", "y": "24", "m": "07", "d": "26", "B": "July", "b": "Jul", "A": "Friday",
    "a": "Fri", "j": "208", "H": "00", "M": "00", "S": "00", "%": "%",
  ]

  /// The day as `strftime` writes it in the C locale; nil for directives other than those of days, and of midnight.
  static func text(_ format: String) -> String? {
    var result = ""
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard let name = rest.popFirst(), let part = directives[String(name)] else { return nil }
      result += part
    }
    return result
  }
}
