import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite("TensorBoard event files")
struct EventFileTests {
  @Test("checksums are those of RFC 3720, appendix B.4")
  func checksums() {
    #expect(crc32c(Array("123456789".utf8)) == 0xE306_9283)
    #expect(crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(crc32c(Array(0..<32)) == 0x46DD_794E)
    #expect(crc32c([]) == 0)
  }

  @Test("have the bytes that TensorBoard's own writer gives")
  func bytes() throws {
    var file = EventFile(wallTime: 12.5)
    file.add(
      [Scalar(tag: "train/accuracy", value: 0.25), Scalar(tag: "train/entropy", value: -1.5)],
      step: 1)
    file.add([Scalar(tag: "eval/größe", value: 3e10)], step: 200)
    let reference = try Data(contentsOf: Fixtures.url("tensorboard/events.tfrecord"))
    #expect(file.bytes == Array(reference))
  }
}
