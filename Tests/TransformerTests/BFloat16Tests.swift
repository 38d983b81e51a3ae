import Foundation
import Kernels
import TestSupport
import Testing

@Suite("bfloat16 products")
struct BFloat16Tests {
  /// Shapes around the sides of tiles and panels, one that fills no vector, and one whose sums are taken in parts.
  static let shapes = [
    (1, 1, 1), (3, 7, 5), (17, 33, 40), (64, 96, 128), (130, 75, 37), (37, 64, 1700), (300, 50, 64),
  ]

  @Test(
    "products are those of the rounded numbers, in every layout and arithmetic of this processor",
    arguments: BFloat16Arithmetic.available, shapes)
  func productsAreOfRoundedNumbers(arithmetic: BFloat16Arithmetic, shape: (Int, Int, Int)) {
    let (m, n, k) = shape
    let a = randomMatrix(m, k, seed: 1)
    let b = randomMatrix(k, n, seed: 2)
    let (aTransposed, bTransposed) = (a.transposed, b.transposed)
    let rows = [
      BFloat16Rows(a.rows, for: arithmetic),
      BFloat16Rows(aTransposed.rows.transposed, for: arithmetic),
    ]
    let panels = (0..<2).map { _ in BFloat16Panels(inner: k, columnCount: n, for: arithmetic) }
    panels[0].pack(b.rows)
    panels[1].pack(bTransposed.rows.transposed)
    let expected = product(a, b)
    for accumulates in [false, true] {
      var results: [[Float]] = []
      for (rows, panels) in zip(rows, panels) {
        let c = randomMatrix(m, n, seed: 3)
        let before = c.elements
        rows.multiply(panels, into: c.rows, accumulates: accumulates)
        for (index, sum) in expected.enumerated() {
          let whole = sum + (accumulates ? Double(before[index]) : 0)
          #expect(abs(Double(c.elements[index]) - whole) < 1e-6 * Double(k + 10))
        }
        results.append(c.elements)
      }
      #expect(results[0] == results[1], "layouts differ")
    }
    withExtendedLifetime((a, b, aTransposed, bTransposed)) {}
  }

  /// oneDNN takes longer sums in parts, and uses tiles where a processor has them.
  static let exact = BFloat16Arithmetic.available.flatMap { arithmetic in
    (shapes + [(40, 70, 768)]).map { (arithmetic, $0) }
  }.filter { arithmetic, shape in
    switch arithmetic {
    case .expanded, .tiles: true
    case .pairs: false
    case .oneDNN: shape.2 <= 768 && BFloat16Arithmetic.tiles.isAvailable
    }
  }

  @Test(
    "sums are those of tiles, to the last bit, whether a processor has them or not",
    arguments: exact)
  func sumsAreThoseOfTiles(arithmetic: BFloat16Arithmetic, shape: (Int, Int, Int)) {
    let (m, n, k) = shape
    let a = randomMatrix(m, k, seed: 21)
    let b = randomMatrix(k, n, seed: 22)
    let panels = BFloat16Panels(inner: k, columnCount: n, for: arithmetic)
    panels.pack(b.rows)
    let (x, w) = (a.elements.map { Float(rounded($0)) }, b.elements.map { Float(rounded($0)) })
    // oneDNN adds what was there at the end.
    for accumulates in arithmetic == .oneDNN ? [false] : [false, true] {
      let c = randomMatrix(m, n, seed: 23)
      var expected = accumulates ? c.elements : Array(repeating: 0, count: m * n)
      for (index, before) in expected.enumerated() {
        let (row, column) = index.quotientAndRemainder(dividingBy: n)
        expected[index] = stride(from: 0, to: k, by: 32).reduce(before) { sum, first in
          var halves: (Float, Float) = (0, 0)
          for i in first..<min(first + 32, k) {
            let product = x[row * k + i] * w[i * n + column]
            if i % 2 == 0 { halves.0 += product } else { halves.1 += product }
          }
          return sum + (halves.0 + halves.1)
        }
      }
      BFloat16Rows(a.rows, for: arithmetic).multiply(panels, into: c.rows, accumulates: accumulates)
      #expect(c.elements == expected)
    }
    withExtendedLifetime((a, b)) {}
  }

  @Test(
    "numbers below the least normal one are 0 in sums, and not after them",
    arguments: BFloat16Arithmetic.available)
  func tinyNumbers(arithmetic: BFloat16Arithmetic) {
    let c = FloatBuffer(count: 1)
    func sum(_ x: Float, times w: Float, onto before: Float) -> Float {
      let (a, b) = (Matrix(1, 1, [x]), Matrix(1, 1, [w]))
      let panels = BFloat16Panels(inner: 1, columnCount: 1, for: arithmetic)
      panels.pack(b.rows)
      c.elements[0] = before
      BFloat16Rows(a.rows, for: arithmetic).multiply(panels, into: c.rows(1, 1), accumulates: true)
      return withExtendedLifetime((a, b)) { c.elements[0] }
    }
    let tiny = Float.leastNormalMagnitude / 2
    #expect(sum(tiny, times: 1, onto: 0) == 0)
    #expect(sum(1, times: tiny, onto: 0) == 0)
    #expect(sum(0x1p-70, times: 0x1p-70, onto: 0) == 0)
    #expect(sum(1, times: 0, onto: tiny) == 0)
    #expect(sum(0x1p-60, times: 0x1p-60, onto: 1) == 1)
    #expect(sum(0x1p-60, times: 0x1p-60, onto: 0) == 0x1p-120)
    // The thread counts them again.
    c.elements[0] = tiny
    #expect(c.elements[0] * 1 == tiny && c.elements[0] / 2 > 0)
  }

  @Test(
    "sums of nothing are 0, or what was there", arguments: BFloat16Arithmetic.available, [1, 40])
  func sumsOfNothing(arithmetic: BFloat16Arithmetic, rowCount: Int) {
    let nothing = FloatBuffer(count: 1)
    let none = Rows(base: nothing.base, rowCount: rowCount, width: 0, stride: 1)
    let panels = BFloat16Panels(inner: 0, columnCount: 5, for: arithmetic)
    let c = FloatBuffer(count: rowCount * 5)
    for index in 0..<c.count { c.elements[index] = 7 }
    BFloat16Rows(none, for: arithmetic).multiply(
      panels, into: c.rows(rowCount, 5), accumulates: true)
    #expect(c.elements.allSatisfy { $0 == 7 })
    BFloat16Rows(none, for: arithmetic).multiply(panels, into: c.rows(rowCount, 5))
    #expect(c.elements.allSatisfy { $0 == 0 })
    withExtendedLifetime(nothing) {}
  }

  @Test(
    "parts of matrices are multiplied as those parts, into a part of one",
    arguments: BFloat16Arithmetic.available)
  func partsOfMatrices(arithmetic: BFloat16Arithmetic) {
    let a = randomMatrix(20, 30, seed: 4)
    let b = randomMatrix(9, 40, seed: 5)
    let c = FloatBuffer(count: 8 * 12)
    for index in 0..<c.count { c.elements[index] = 5 }
    let panels = BFloat16Panels(inner: 16, columnCount: 9, for: arithmetic)
    panels.pack(b.rows[columns: 3..<19].transposed)
    BFloat16Rows(a.rows[rows: 5..<12][columns: 8..<24], for: arithmetic).multiply(
      panels, into: c.rows(8, 12)[rows: 0..<7][columns: 2..<11])
    for t in 0..<8 {
      for o in 0..<12 {
        let isInside = t < 7 && (2..<11).contains(o)
        let sum = (0..<16).reduce(0.0) {
          guard isInside else { return 5 }
          return $0 + rounded(a.elements[(5 + t) * 30 + 8 + $1])
            * rounded(b.elements[(o - 2) * 40 + 3 + $1])
        }
        #expect(abs(Double(c.elements[t * 12 + o]) - sum) < 1e-4)
      }
    }
    withExtendedLifetime((a, b)) {}
  }

  @Test(
    "numbers are rounded to the nearest, halves to even; infinities and NaN stay",
    arguments: BFloat16Arithmetic.available)
  func rounding(arithmetic: BFloat16Arithmetic) {
    let numbers: [Float] = [
      1, -1.00390625, 1.01171875, 0.1, -1e-30, 3.4e38, .infinity, -.infinity, 0, 65_535,
    ]
    let one = Matrix(1, 1, [1])
    func times(_ x: Float, asSecond: Bool) -> Float {
      let x = Matrix(1, 1, [x])
      let y = FloatBuffer(count: 1)
      let panels = BFloat16Panels(inner: 1, columnCount: 1, for: arithmetic)
      panels.pack((asSecond ? x : one).rows)
      BFloat16Rows((asSecond ? one : x).rows, for: arithmetic).multiply(panels, into: y.rows(1, 1))
      return withExtendedLifetime(x) { y.elements[0] }
    }
    for asSecond in [false, true] {
      for number in numbers {
        #expect(Double(times(number, asSecond: asSecond)) == rounded(number), "\(number)")
      }
      #expect(times(.nan, asSecond: asSecond).isNaN)
    }
    withExtendedLifetime(one) {}
  }

  /// Rows, columns and inner numbers, few and many: what oneDNN sums in another order, if it is let.
  static let crowds = [
    (70, 200, 75), (256, 576, 1600), (256, 160, 4864), (48, 896, 3300), (300, 64, 1536),
    (512, 96, 160),
  ]

  @Test(
    "a row's bytes do not depend on the other rows, nor on which columns are computed with it",
    arguments: BFloat16Arithmetic.available, crowds)
  func rowsAreIndependent(arithmetic: BFloat16Arithmetic, shape: (Int, Int, Int)) {
    let (rowCount, columnCount, inner) = shape
    let x = randomMatrix(rowCount, inner, seed: 8)
    let b = randomMatrix(inner, columnCount, seed: 9)
    let panels = BFloat16Panels(inner: inner, columnCount: columnCount, for: arithmetic)
    panels.pack(b.rows)
    for accumulates in [false, true] {
      let before = randomMatrix(rowCount, columnCount, seed: 10)
      let whole = randomMatrix(rowCount, columnCount, seed: 10)
      BFloat16Rows(x.rows, for: arithmetic).multiply(
        panels, into: whole.rows, accumulates: accumulates)
      // Parts begin with a panel, whose width is the processor's.
      let middle = columnCount / 2 / BFloat16Panels.width * BFloat16Panels.width
      for (rows, first) in [
        (0..<1, 0), (3..<20, BFloat16Panels.width), (31..<47, middle), (5..<48, 0),
        (rowCount - 30..<rowCount, middle),
      ] {
        let part = Matrix(
          rows.count, columnCount - first,
          rows.flatMap { row in (first..<columnCount).map { before[row, $0] } })
        BFloat16Rows(x.rows[rows: rows], for: arithmetic).multiply(
          panels, columns: first..<columnCount, into: part.rows, accumulates: accumulates)
        #expect(
          rows.allSatisfy { row in
            (first..<columnCount).allSatisfy {
              part[row - rows.lowerBound, $0 - first] == whole[row, $0]
            }
          }, "\(rows) from column \(first), accumulates \(accumulates)")
      }
      withExtendedLifetime(before) {}
    }
    withExtendedLifetime((x, b)) {}
  }

  @Test(
    "a packed product is that of the rounded numbers, and a row's bytes do not depend on the others",
    arguments: ProductPrecision.available.filter { $0 != .float32 },
    [(37, 75), (64, 96), (576, 200), (1700, 40)])
  func packedProducts(precision: ProductPrecision, shape: (Int, Int)) {
    let rowCount = 70
    let (inputs, outputs) = shape
    let w = randomMatrix(outputs, inputs, seed: 6)
    let x = randomMatrix(rowCount, inputs, seed: 7)
    let packed = PackedWeight(w.rows, precision: precision)
    let expected = product(x, w.transposed)
    let alone = FloatBuffer(count: rowCount * outputs)
    for row in 0..<rowCount {
      packed.multiply(
        x.rows[rows: row..<row + 1], into: alone.rows(1, outputs, at: row * outputs))
    }
    for (index, sum) in expected.enumerated() {
      #expect(abs(Double(alone.elements[index]) - sum) < 1e-5 * Double(inputs))
    }
    for count in 2...rowCount {
      let together = FloatBuffer(count: count * outputs)
      packed.multiply(x.rows[rows: 0..<count], into: together.rows(count, outputs))
      #expect(
        together.elements.elementsEqual(alone.elements.prefix(count * outputs)), "\(count) rows")
    }
    let twice = FloatBuffer(count: outputs)
    for _ in 0..<2 {
      packed.multiply(x.rows[rows: 0..<1], into: twice.rows(1, outputs), accumulates: true)
    }
    for (sum, one) in zip(twice.elements, alone.elements) {
      #expect(abs(sum - 2 * one) <= 1e-5 * max(1, abs(one)))
    }
    withExtendedLifetime((w, x)) {}
  }

  /// A matrix and its memory.
  private final class Matrix {
    let buffer: FloatBuffer
    let rows: Rows
    var elements: [Float] { Array(buffer.elements) }

    subscript(row: Int, column: Int) -> Float { buffer.elements[row * rows.width + column] }

    init(_ rowCount: Int, _ width: Int, _ numbers: [Float]) {
      buffer = FloatBuffer(count: numbers.count)
      for (index, number) in numbers.enumerated() { buffer.elements[index] = number }
      rows = buffer.rows(rowCount, width)
    }

    var transposed: Matrix {
      Matrix(
        rows.width, rows.rowCount,
        (0..<rows.width).flatMap { column in
          (0..<rows.rowCount).map { buffer.elements[$0 * rows.width + column] }
        })
    }
  }

  private func randomMatrix(_ rowCount: Int, _ width: Int, seed: UInt64) -> Matrix {
    let numbers = randomBuffer(count: rowCount * width, seed: seed)
    return withExtendedLifetime(numbers) { Matrix(rowCount, width, Array(numbers.elements)) }
  }

  /// a · b of the rounded numbers, in double precision.
  private func product(_ a: Matrix, _ b: Matrix) -> [Double] {
    (0..<a.rows.rowCount).flatMap { row in
      (0..<b.rows.width).map { column in
        (0..<a.rows.width).reduce(0.0) {
          $0 + rounded(a.buffer.elements[row * a.rows.width + $1])
            * rounded(b.buffer.elements[$1 * b.rows.width + column])
        }
      }
    }
  }
}

/// The nearest number of which 8 bits count, by arithmetic.
func rounded(_ number: Float) -> Double {
  guard number.isFinite, number != 0 else { return Double(number) }
  let unit = Double(sign: .plus, exponent: Int(number.exponent) - 7, significand: 1)
  let result = (Double(number) / unit).rounded(.toNearestOrEven) * unit
  return result > 3.39e38 ? .infinity : result
}
