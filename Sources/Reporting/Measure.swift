/// One number that a report tells of a stream or of a training step.
package struct Measure: Equatable, Sendable {
  /// How a number is to be read.
  package enum Unit: String, Equatable, Sendable {
    /// From 0 to 1, shown in per cent.
    case share
    case number
    case seconds
  }

  /// Its name in JSON and in trackers.
  package let name: String
  /// Its name in tables.
  package let title: String
  package let unit: Unit
  /// nil where there is nothing to measure.
  package let value: Double?

  package init(_ name: String, _ title: String, _ unit: Unit, _ value: Double?) {
    self.name = name
    self.title = title
    self.unit = unit
    self.value = value
  }
}
