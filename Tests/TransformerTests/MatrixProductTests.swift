import Kernels
import TestSupport
import Testing

/// Products of float32 matrices, against their sums taken one by one.
@Suite("Matrix products")
struct MatrixProductTests {
  /// Of c: rows, columns, and the numbers of a sum.
  struct Shape: Sendable, CustomTestStringConvertible {
    let rows, columns, inner: Int
    var testDescription: String { "\(rows) × \(inner) × \(columns)" }
  }

  /// Sums of none, one, and several blocks; rows and columns that fill tiles and vectors, and that do not.
  static let shapes: [Shape] = [
    Shape(rows: 1, columns: 1, inner: 1), Shape(rows: 3, columns: 7, inner: 5),
    Shape(rows: 6, columns: 24, inner: 256), Shape(rows: 5, columns: 33, inner: 257),
    Shape(rows: 13, columns: 64, inner: 700), Shape(rows: 400, columns: 8, inner: 31),
    Shape(rows: 385, columns: 47, inner: 40), Shape(rows: 17, columns: 130, inner: 512),
    Shape(rows: 2, columns: 15, inner: 1030), Shape(rows: 4, columns: 100, inner: 12),
    Shape(rows: 4, columns: 9, inner: 0),
  ]

  @Test("are their formula, either factor transposed", arguments: shapes)
  func areTheirFormula(shape: Shape) {
    forEachLayout(shape) { factors, c, before in
      for (index, (row, column)) in factors.places.enumerated() {
        let sum = (0..<shape.inner).reduce(Double(before[index])) {
          $0 + Double(factors.a(row, $1)) * Double(factors.b($1, column))
        }
        let bound = 1e-5 * max(1, Double(shape.inner).squareRoot())
        #expect(abs(Double(c[index]) - sum) < bound, "row \(row), column \(column)")
      }
    }
  }

  @Test(
    "are rounded alike whatever registers a processor has: blocks of at most 256 numbers, each from its first to its last",
    .enabled(if: processorFusesProducts, "needs a processor with AVX2 and FMA"), arguments: shapes)
  func areInOneOrder(shape: Shape) {
    let partCount = max(1, (shape.inner + 255) / 256)
    let size = max(1, (shape.inner + partCount - 1) / partCount)
    forEachLayout(shape) { factors, c, before in
      for (index, (row, column)) in factors.places.enumerated() {
        var total = before[index]
        for start in stride(from: 0, to: shape.inner, by: size) {
          var sum: Float = 0
          for i in start..<min(start + size, shape.inner) {
            sum.addProduct(factors.a(row, i), factors.b(i, column))
          }
          total += sum
        }
        #expect(c[index] == total, "row \(row), column \(column)")
      }
    }
  }

  @Test(
    "by packed weights are the same, bit for bit", arguments: [1, 2, 3, 6, 9, 33], [40, 256, 700])
  func packedOnesAreTheSame(rowCount: Int, inputs: Int) {
    let outputs = 75
    let w = randomBuffer(count: outputs * inputs, seed: 1)
    let x = randomBuffer(count: rowCount * inputs, seed: 2)
    for accumulates in [false, true] {
      let packed = randomBuffer(count: rowCount * outputs, seed: 3)
      let plain = packed.copy()
      PackedWeight(w.rows(outputs, inputs)).multiply(
        x.rows(rowCount, inputs), into: packed.rows(rowCount, outputs), accumulates: accumulates)
      matrixProduct(
        x.rows(rowCount, inputs), w.rows(outputs, inputs).transposed,
        into: plain.rows(rowCount, outputs), accumulates: accumulates)
      #expect(Array(packed.elements) == Array(plain.elements))
    }
  }

  /// Numbers of the factors of a product, wherever they lie.
  private struct Factors {
    let a, b: (Int, Int) -> Float
    let places: [(row: Int, column: Int)]
  }

  /// Multiplies in every layout, into zeros and into what is there; matrices lie in wider ones.
  private func forEachLayout(
    _ shape: Shape, check: (_ factors: Factors, _ c: [Float], _ before: [Float]) -> Void
  ) {
    for (aIsTransposed, bIsTransposed) in [(false, false), (false, true), (true, false)] {
      for accumulates in [false, true] {
        let (a, aNumber) = matrix(shape.rows, shape.inner, aIsTransposed, seed: 3)
        let (b, bNumber) = matrix(shape.inner, shape.columns, bIsTransposed, seed: 4)
        let c = Wider(rowCount: shape.rows, width: shape.columns, seed: 5)
        let surroundings = c.surroundings
        let places = (0..<shape.rows).flatMap { row in
          (0..<shape.columns).map { (row: row, column: $0) }
        }
        let before = places.map { accumulates ? c.rows[row: $0.row][$0.column] : 0 }
        switch (aIsTransposed, bIsTransposed) {
        case (false, false): matrixProduct(a.rows, b.rows, into: c.rows, accumulates: accumulates)
        case (false, true):
          matrixProduct(a.rows, b.rows.transposed, into: c.rows, accumulates: accumulates)
        default:
          matrixProduct(a.rows.transposed, b.rows, into: c.rows, accumulates: accumulates)
        }
        let factors = Factors(a: aNumber, b: bNumber, places: places)
        check(factors, places.map { c.rows[row: $0.row][$0.column] }, before)
        #expect(c.surroundings == surroundings, "a number beside the product was written")
        withExtendedLifetime((a, b, c)) {}
      }
    }
  }

  private func matrix(
    _ rowCount: Int, _ width: Int, _ isTransposed: Bool, seed: UInt64
  ) -> (Wider, number: (Int, Int) -> Float) {
    let matrix = Wider(
      rowCount: isTransposed ? width : rowCount, width: isTransposed ? rowCount : width, seed: seed)
    return (
      matrix,
      { isTransposed ? matrix.rows[row: $1][$0] : matrix.rows[row: $0][$1] }
    )
  }
}

/// A matrix of random numbers in the midst of a wider one.
private final class Wider {
  private let buffer: FloatBuffer
  let rows: Rows

  init(rowCount: Int, width: Int, seed: UInt64) {
    let stride = width + 5
    buffer = randomBuffer(count: (rowCount + 2) * stride, seed: seed)
    rows = Rows(base: buffer.base + stride + 2, rowCount: rowCount, width: width, stride: stride)
  }

  /// The numbers that are not the matrix's.
  var surroundings: [Float] {
    (0..<buffer.count).filter { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: rows.stride)
      return !(1...rows.rowCount).contains(row) || !(2..<rows.width + 2).contains(column)
    }.map { buffer.elements[$0] }
  }
}
