import Arithmetic

/// A unit of measure that is known: its dimensions with their exponents, and its size in the dimensions' first units.
struct MeasuringUnit: Equatable {
  /// The exponents of dimensions such as length; none is 0.
  private(set) var exponents: [String: Int] = [:]
  private(set) var scale = Rational(1)

  /// Reads a unit's words and signs with blanks between them: "cm ^ 2", "miles per hour", "square feet"; nil where one of them
  /// is no known unit, such as what is counted.
  init?(_ text: String) {
    var parts = text.split(separator: " ")[...]
    guard !parts.isEmpty else { return nil }
    var isBelow = false
    while let part = parts.popFirst() {
      switch part {
      case "per", "/": isBelow = true
      case "square", "sq", "cubic":
        guard let name = parts.popFirst(), multiply(name, part == "cubic" ? 3 : 2, isBelow) else {
          return nil
        }
        isBelow = false
      default:
        var power = 1
        if parts.first == "^" {
          guard parts.count > 1, let exponent = Int(parts[parts.startIndex + 1]) else { return nil }
          power = exponent
          parts = parts.dropFirst(2)
        } else if let digit = part.last.flatMap({ Int(String($0)) }), part.count > 1,
          multiply(part.dropLast(), digit, isBelow)
        {
          // "m2" without its sign.
          isBelow = false
          continue
        }
        guard multiply(part, power, isBelow) else { return nil }
        isBelow = false
      }
    }
    exponents = exponents.filter { $0.value != 0 }
  }

  /// Whether both measure the same kind of thing.
  func isComparable(with other: MeasuringUnit) -> Bool { exponents == other.exponents }

  private mutating func multiply(_ name: Substring, _ power: Int, _ isBelow: Bool) -> Bool {
    guard (1...4).contains(power), let known = Self.known[String(name)] else { return false }
    let total = isBelow ? -power : power
    guard let factor = known.scale.power(total) else { return false }
    scale = scale * factor
    for (dimension, exponent) in known.exponents {
      exponents[dimension, default: 0] += exponent * total
    }
    return true
  }

  private init(_ exponents: [String: Int], _ scale: Rational) {
    self.exponents = exponents
    self.scale = scale
  }

  private static let known: [String: MeasuringUnit] = {
    var table: [String: MeasuringUnit] = [:]
    func add(_ names: String, _ exponents: [String: Int], _ above: Int = 1, over below: Int = 1) {
      guard let scale = Rational(above, over: below) else { return }
      for name in names.split(separator: " ") {
        table[String(name)] = MeasuringUnit(exponents, scale)
      }
    }
    let length = ["length": 1]
    add("m meter meters metre metres", length)
    add("km kilometer kilometers kilometre kilometres", length, 1000)
    add("cm centimeter centimeters centimetre centimetres", length, over: 100)
    add("mm millimeter millimeters millimetre millimetres", length, over: 1000)
    add("in inch inches", length, 254, over: 10_000)
    add("ft foot feet", length, 3048, over: 10_000)
    add("yd yard yards", length, 9144, over: 10_000)
    add("mi mile miles", length, 1_609_344, over: 1000)
    let mass = ["mass": 1]
    add("g gram grams", mass)
    add("kg kilogram kilograms", mass, 1000)
    add("mg milligram milligrams", mass, over: 1000)
    add("lb lbs pound pounds", mass, 45_359_237, over: 100_000)
    add("oz ounce ounces", mass, 45_359_237, over: 1_600_000)
    add("ton tons tonne tonnes", ["tons": 1])
    let time = ["time": 1]
    add("s sec second seconds secs", time)
    add("ms millisecond milliseconds", time, over: 1000)
    add("min minute minutes mins", time, 60)
    add("h hr hrs hour hours", time, 3600)
    add("day days", time, 86_400)
    add("week weeks", time, 604_800)
    add("month months", ["months": 1])
    add("yr yrs year years", ["months": 1], 12)
    add("mph", ["length": 1, "time": -1], 1_609_344, over: 3_600_000)
    add("kph kmh", ["length": 1, "time": -1], 1000, over: 3600)
    let volume = ["length": 3]
    add("l liter liters litre litres", volume, over: 1000)
    add("ml milliliter milliliters millilitre millilitres", volume, over: 1_000_000)
    add("gallon gallons gal", volume, 3_785_411_784, over: 1_000_000_000_000)
    add("quart quarts qt", volume, 946_352_946, over: 1_000_000_000_000)
    add("pint pints pt", volume, 473_176_473, over: 1_000_000_000_000)
    add("acre acres", ["length": 2], 40_468_564_224, over: 10_000_000)
    add("hectare hectares ha", ["length": 2], 10_000)
    add("dollar dollars usd", ["dollars": 1], 100)
    add("cent cents", ["dollars": 1])
    for name in ["euro", "yen", "rupee", "peso"] { add("\(name) \(name)s", [name: 1]) }
    add("n newton newtons", ["force": 1])
    add("j joule joules", ["energy": 1])
    add("kj kilojoule kilojoules", ["energy": 1], 1000)
    add("w watt watts", ["power": 1])
    add("kw kilowatt kilowatts", ["power": 1], 1000)
    add("v volt volts", ["voltage": 1])
    add("hz hertz", ["time": -1])
    add("pa pascal pascals", ["pressure": 1])
    add("kpa kilopascal kilopascals", ["pressure": 1], 1000)
    add("rad radian radians", ["angle": 1])
    return table
  }()
}
