import Arithmetic

/// A unit of measure that is known, by its dimension and its size in the dimension's first unit.
struct MeasuringUnit: Equatable {
  let dimension: String
  let scale: Rational

  /// nil for words that are no known unit, such as what is counted.
  init?(_ name: String) {
    let parts = name.split(separator: "^", maxSplits: 1)
    guard let base = parts.first, let (dimension, above, below) = Self.known[String(base)] else {
      return nil
    }
    let power = parts.count == 2 ? Int(parts[1]) ?? 1 : 1
    guard (1...3).contains(power), let scale = Rational(above, over: below)?.power(power) else {
      return nil
    }
    self.dimension = power == 1 ? dimension : "\(dimension)\(power)"
    self.scale = scale
  }

  private static let known: [String: (String, Int, Int)] = {
    var table: [String: (String, Int, Int)] = [:]
    func add(_ names: [String], _ dimension: String, _ above: Int, _ below: Int = 1) {
      for name in names { table[name] = (dimension, above, below) }
    }
    add(["m", "meter", "meters", "metre", "metres"], "length", 1)
    add(["km", "kilometer", "kilometers", "kilometres"], "length", 1000)
    add(["cm", "centimeter", "centimeters", "centimetres"], "length", 1, 100)
    add(["mm", "millimeter", "millimeters", "millimetres"], "length", 1, 1000)
    add(["in", "inch", "inches"], "length", 254, 10_000)
    add(["ft", "foot", "feet"], "length", 3048, 10_000)
    add(["yd", "yard", "yards"], "length", 9144, 10_000)
    add(["mi", "mile", "miles"], "length", 1_609_344, 1000)
    add(["kg", "kilogram", "kilograms"], "mass", 1000)
    add(["g", "gram", "grams"], "mass", 1)
    add(["s", "sec", "second", "seconds"], "time", 1)
    add(["min", "minute", "minutes"], "time", 60)
    add(["h", "hr", "hour", "hours"], "time", 3600)
    add(["day", "days"], "time", 86_400)
    add(["dollar", "dollars"], "dollars", 100)
    add(["cent", "cents"], "dollars", 1)
    return table
  }()
}
