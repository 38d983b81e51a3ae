import Foundation

/// A folder that a test has to itself, removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("srar-checkpoints-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

func write(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

func contents(_ path: String) throws -> Data {
  try Data(contentsOf: URL(fileURLWithPath: path))
}

/// A safetensors file of this header and this many bytes of data.
func safetensors(_ header: String, dataBytes: Int, to path: String) throws {
  let json = Data(header.utf8)
  var file = Data((0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) })
  file += json
  file += Data(count: dataBytes)
  try file.write(to: URL(fileURLWithPath: path))
}
