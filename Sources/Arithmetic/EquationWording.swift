// Words that change what an equation means. Exact arithmetic reads numbers; it must not call "1/2 hour = 30 minutes" wrong.

/// What the words of an equation allow.
struct EquationWording {
  /// Whether it may be right in another reading than the plain one.
  let mayConvert: Bool

  /// - Parameter isNumber: whether the left side is a number alone. With words about it, it names something rather than
  ///   calculates: "4.5 gallons = 4.5 * 8 pints", "Week 2 = 35 + 35"; so does a fraction before its unit: "1/2 cup = 4 oz".
  init(_ tokens: ArithmeticTokens, left: Range<Int>, right: Range<Int>, isNumber: Bool) {
    func isWord(_ index: Int) -> Bool { tokens.list[index].kind == .word }
    var isAmbiguous =
      (isNumber && (isWord(max(0, left.lowerBound - 1)) || left.contains(where: isWord)))
      || Self.isFraction(left, in: tokens)
    var units: [QuantityWord.Dimension: String] = [:]
    for index in [left, right].joined() where isWord(index) {
      for word in QuantityWord.all(in: tokens.bytes[tokens.list[index].bytes]) {
        switch word {
        case .multiplier: isAmbiguous = true
        case .unit(let name, let dimension):
          if let other = units[dimension], other != name { isAmbiguous = true }
          units[dimension] = name
        }
      }
    }
    mayConvert = isAmbiguous
  }

  /// Whether the tokens are a fraction that is written closely, and a unit.
  private static func isFraction(_ range: Range<Int>, in tokens: ArithmeticTokens) -> Bool {
    let list = tokens.list[range]
    return list.count > 3 && list.prefix(3).map(\.kind) == [.number, .divide, .number]
      && list.dropFirst(3).allSatisfy { $0.kind == .word } && !tokens.isSpaced(range.lowerBound + 1)
  }
}

/// A word that says how a number counts.
enum QuantityWord: Equatable {
  /// A unit with others of its dimension, in the singular.
  case unit(String, Dimension)
  /// A word that multiplies, halves or leaves a rest.
  case multiplier

  enum Dimension { case time, length, mass, volume }

  /// Those among the words of a token: one as a rule, several in `\text{}`, and one behind the slash in "/hour".
  static func all(in bytes: Slice<UnsafeRawBufferPointer>) -> [QuantityWord] {
    String(decoding: bytes, as: UTF8.self).lowercased().split { !$0.isLetter }.compactMap {
      QuantityWord(String($0))
    }
  }

  /// nil for all other words.
  private init?(_ word: String) {
    if Self.multipliers.contains(word) {
      self = .multiplier
      return
    }
    for (ending, name) in [
      ("", word), ("s", String(word.dropLast())), ("es", String(word.dropLast(2))),
    ]
    where word.hasSuffix(ending) {
      guard let (unit, dimension) = Self.units[name] else { continue }
      self = .unit(unit, dimension)
      return
    }
    return nil
  }

  private static let multipliers: Set<String> = [
    "dozen", "dozens", "half", "halves", "third", "thirds", "quarter", "fourth", "fourths", "fifth",
    "fifths", "twice", "double", "triple", "pair", "pairs", "hundred", "hundreds", "thousand",
    "thousands", "million", "millions", "billion", "billions", "remainder", "squared", "cubed",
    "cent", "cents", "penny", "pennies", "nickel", "nickels", "dime", "dimes",
  ]

  private static let units: [String: (String, Dimension)] = {
    let table: [(Dimension, [[String]])] = [
      (
        .time,
        [
          ["second", "sec"], ["minute", "min"], ["hour", "hr"], ["day"], ["week"], ["month"],
          ["year", "yr"], ["decade"],
        ]
      ),
      (
        .length,
        [
          ["inch", "in"], ["foot", "feet", "ft"], ["yard", "yd"], ["mile"],
          ["millimeter", "millimetre", "mm"], ["centimeter", "centimetre", "cm"],
          ["meter", "metre"], ["kilometer", "kilometre", "km"],
        ]
      ),
      (
        .mass,
        [
          ["ounce", "oz"], ["pound", "lb"], ["ton"], ["milligram", "mg"], ["gram"],
          ["kilogram", "kg"],
        ]
      ),
      (
        .volume,
        [
          ["teaspoon", "tsp"], ["tablespoon", "tbsp"], ["cup"], ["pint"], ["quart"], ["gallon"],
          ["milliliter", "millilitre", "ml"], ["liter", "litre"],
        ]
      ),
    ]
    var units: [String: (String, Dimension)] = [:]
    for (dimension, kinds) in table {
      for names in kinds {
        for name in names { units[name] = (names[0], dimension) }
      }
    }
    return units
  }()
}
