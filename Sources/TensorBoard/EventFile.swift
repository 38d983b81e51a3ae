/// An event file that TensorBoard reads: TFRecords, each a length, its checksum, a message and its checksum.
package struct EventFile: Equatable, Sendable {
  package private(set) var bytes: [UInt8] = []
  private let wallTime: Double

  /// - Parameter wallTime: seconds since 1970 of every event; TensorBoard shows it as the time of a point.
  package init(wallTime: Double) {
    self.wallTime = wallTime
    append(versionEvent(wallTime: wallTime))
  }

  /// Adds the values of a step.
  package mutating func add(_ scalars: [Scalar], step: Int) {
    append(scalarEvent(wallTime: wallTime, step: step, scalars: scalars))
  }

  private mutating func append(_ message: [UInt8]) {
    let length = littleEndian(UInt64(message.count))
    bytes += length + littleEndian(maskedCRC32C(length))
    bytes += message + littleEndian(maskedCRC32C(message))
  }
}
