import JSONLines

/// Writes a text, which is no record, to standard output; a failure (disk full, reader gone) is an error as for records.
func writeToStandardOutput(_ text: String) throws {
  let file = try FileWriter(.standardOutput)
  var text = text
  try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
}
