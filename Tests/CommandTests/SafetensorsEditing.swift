import Foundation
import Testing

/// Adds a tensor of float32 numbers to a safetensors file.
///
/// - Parameter copiedFrom: the tensor whose numbers it has; nil for ones.
func addTensor(_ name: String, shape: [Int], copiedFrom: String? = nil, to url: URL) throws {
  var file = try Data(contentsOf: url)
  let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  var header = try #require(
    try JSONSerialization.jsonObject(with: file[8..<8 + length]) as? [String: Any])
  let dataStart = 8 + length
  var bytes = Data()
  for _ in 0..<shape.reduce(1, *) { bytes.append(contentsOf: [0, 0, 0x80, 0x3F]) }
  if let copiedFrom {
    let entry = try #require(header[copiedFrom] as? [String: Any])
    let offsets = try #require(entry["data_offsets"] as? [Int])
    bytes = file[dataStart + offsets[0]..<dataStart + offsets[1]]
  }
  let end = file.count - dataStart
  header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [end, end + bytes.count]]
  let json = try JSONSerialization.data(withJSONObject: header)
  file.replaceSubrange(8..<dataStart, with: json)
  let count = json.count
  file.replaceSubrange(0..<8, with: (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) })
  try (file + bytes).write(to: url)
}
