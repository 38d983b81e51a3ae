import Foundation

/// A complex number known up to an error: the true value lies within `radius` of (`re`, `im`).
struct Enclosure {
  let re: Double
  let im: Double
  let radius: Double

  /// More than the relative error of one operation of doubles, library functions included.
  private static let roundOff = 0x1p-51

  init(_ re: Double, _ im: Double = 0, radius: Double = 0) {
    self.re = re
    self.im = im
    self.radius = radius + (abs(re) + abs(im)) * Self.roundOff
  }

  var size: Double { hypot(re, im) }

  /// Whether it may be real.
  var isReal: Bool { abs(im) <= radius }

  var isFinite: Bool { re.isFinite && im.isFinite && radius.isFinite }

  static func + (a: Enclosure, b: Enclosure) -> Enclosure {
    Enclosure(a.re + b.re, a.im + b.im, radius: a.radius + b.radius)
  }

  static func - (a: Enclosure, b: Enclosure) -> Enclosure {
    Enclosure(a.re - b.re, a.im - b.im, radius: a.radius + b.radius)
  }

  static func * (a: Enclosure, b: Enclosure) -> Enclosure {
    let error = a.size * b.radius + b.size * a.radius + a.radius * b.radius
    return Enclosure(
      a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re,
      radius: error + a.size * b.size * Self.roundOff)
  }

  /// nil where the number may be 0.
  var inverse: Enclosure? {
    let size = size
    guard size > radius * 4, size > 1e-280 else { return nil }
    let square = size * size
    return Enclosure(
      re / square, -im / square, radius: radius / (size * (size - radius)) + Self.roundOff / size)
  }

  var exponential: Enclosure {
    let scale = exp(re)
    return Enclosure(
      scale * cos(im), scale * sin(im),
      radius: scale * (expm1(radius) + Self.roundOff * (1 + abs(im))))
  }

  /// The principal logarithm; nil where the number may be 0.
  var logarithm: Enclosure? {
    let size = size
    guard size > radius * 4, size > 1e-280 else { return nil }
    return Enclosure(log(size), atan2(im, re), radius: radius / (size - radius))
  }

  func power(_ exponent: Int) -> Enclosure? {
    guard abs(exponent) <= 4096 else { return nil }
    var result = Enclosure(1)
    var square = self
    var rest = abs(exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result * square }
      square = square * square
      rest >>= 1
    }
    return exponent < 0 ? result.inverse : result
  }

  /// A real function with a bound of its derivative nearby.
  func real(_ function: (Double) -> Double, slope: Double) -> Enclosure? {
    guard isReal else { return nil }
    return Enclosure(function(re), radius: radius * slope + Self.roundOff)
  }
}
