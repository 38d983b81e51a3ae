internal import CKernels
internal import COneDNN

/// A matrix that is multiplied: float32 numbers and, where products are of bfloat16 numbers, a rounded copy.
///
/// The copy is made by `round`, once for all products; it is the caller's to call it after the numbers have changed. Crossing
/// threads is safe under the same terms as for `Rows`.
package struct Operand: @unchecked Sendable {
  package let rows: Rows
  /// Bits of the rounded copy, in the same distances as the numbers.
  fileprivate let rounded: UnsafeMutablePointer<UInt16>?

  fileprivate init(_ rows: Rows, rounded: UnsafeMutablePointer<UInt16>? = nil) {
    self.rows = rows
    self.rounded = rounded
  }

  /// Rows of the range, all columns.
  package subscript(rows range: Range<Int>) -> Operand { part(rows[rows: range]) }

  /// Columns of the range, all rows.
  package subscript(columns range: Range<Int>) -> Operand { part(rows[columns: range]) }

  private func part(_ part: Rows) -> Operand {
    Operand(part, rounded: rounded.map { $0 + (part.base - rows.base) })
  }

  package var transposed: TransposedOperand { TransposedOperand(operand: self) }

  /// Makes the rounded copy anew; nothing where there is none.
  package func round() {
    guard let rounded else { return }
    if rows.stride == rows.width {
      round_to_bfloat16(rows.base, rounded, rows.rowCount * rows.width)
    } else {
      for row in 0..<rows.rowCount {
        round_to_bfloat16(rows.base + row * rows.stride, rounded + row * rows.stride, rows.width)
      }
    }
  }
}

/// An operand read with its rows as columns.
package struct TransposedOperand {
  fileprivate let operand: Operand
}

/// Memory for the rounded copies of operands, handed out piece by piece; none where products are of float32 numbers.
package struct RoundedCopies: Sendable {
  private let buffer: BFloat16Buffer?
  private var used = 0

  /// - Parameter count: numbers of all copies together.
  package init(count: Int, precision: ProductPrecision) {
    buffer = precision == .bfloat16 ? BFloat16Buffer(count: count) : nil
  }

  /// The place of so many numbers, which nobody else is given.
  package mutating func reserve(_ count: Int) -> Int {
    defer { used += count }
    return used
  }

  /// An operand of these numbers, whose copy has a place of its own.
  package mutating func operand(_ rows: Rows) -> Operand {
    operand(rows, at: reserve(rows.rowCount * rows.stride))
  }

  /// An operand whose copy lies `offset` numbers from the beginning.
  package func operand(_ rows: Rows, at offset: Int) -> Operand {
    guard let buffer else { return Operand(rows) }
    precondition(
      offset >= 0 && offset + rows.rowCount * rows.stride <= buffer.count,
      "a rounded copy beyond its memory")
    return Operand(rows, rounded: buffer.base + offset)
  }
}

/// c = a · b, or c += a · b. Shapes: a [m, k], b [k, n], c [m, n].
package func matrixProduct(_ a: Operand, _ b: Operand, into c: Rows, accumulates: Bool = false) {
  guard let factors = RoundedFactors(a, b) else {
    return matrixProduct(a.rows, b.rows, into: c, accumulates: accumulates)
  }
  factors.multiply(.asTheyAre, into: c, accumulates)
}

/// c = a · bᵀ, or c += a · bᵀ. Shapes: a [m, k], b [n, k], c [m, n].
package func matrixProduct(
  _ a: Operand, _ b: TransposedOperand, into c: Rows, accumulates: Bool = false
) {
  guard let factors = RoundedFactors(a, b.operand) else {
    return matrixProduct(a.rows, b.operand.rows.transposed, into: c, accumulates: accumulates)
  }
  factors.multiply(.secondTransposed, into: c, accumulates)
}

/// c = aᵀ · b, or c += aᵀ · b. Shapes: a [k, m], b [k, n], c [m, n].
package func matrixProduct(
  _ a: TransposedOperand, _ b: Operand, into c: Rows, accumulates: Bool = false
) {
  guard let factors = RoundedFactors(a.operand, b) else {
    return matrixProduct(a.operand.rows.transposed, b.rows, into: c, accumulates: accumulates)
  }
  factors.multiply(.firstTransposed, into: c, accumulates)
}

/// y = x · wᵀ, or y += x · wᵀ. Shapes: x [tokens, in], w [out, in], y [tokens, out].
package func linear(
  _ x: Operand, weight w: Operand, into y: Rows, accumulates: Bool = false
) {
  matrixProduct(x, w.transposed, into: y, accumulates: accumulates)
}

/// Two operands that both have a rounded copy.
private struct RoundedFactors {
  private struct Factor {
    let rows: Rows
    let bits: UnsafeMutablePointer<UInt16>

    /// The numbers that the bits stand for, without gaps between the rows.
    var expanded: FloatBuffer {
      let numbers = FloatBuffer(count: rows.rowCount * rows.width)
      for row in 0..<rows.rowCount {
        expand_bfloat16(bits + row * rows.stride, numbers.base + row * rows.width, rows.width)
      }
      return numbers
    }
  }

  enum Layout { case asTheyAre, firstTransposed, secondTransposed }

  private let a: Factor
  private let b: Factor

  init?(_ a: Operand, _ b: Operand) {
    guard let aBits = a.rounded, let bBits = b.rounded else { return nil }
    self.a = Factor(rows: a.rows, bits: aBits)
    self.b = Factor(rows: b.rows, bits: bBits)
  }

  func multiply(_ layout: Layout, into c: Rows, _ accumulates: Bool) {
    guard ProductPrecision.multipliesBFloat16Natively else {
      return multiplyExpanded(layout, into: c, accumulates)
    }
    let (m, inner) =
      layout == .firstTransposed
      ? (a.rows.width, a.rows.rowCount)
      : (a.rows.rowCount, a.rows.width)
    let (otherInner, n) =
      layout == .secondTransposed
      ? (b.rows.width, b.rows.rowCount)
      : (b.rows.rowCount, b.rows.width)
    precondition(
      m == c.rowCount && n == c.width && inner == otherInner, "shapes of a product do not fit")
    guard m > 0, n > 0, inner > 0 else { return }
    let status = onednn_product(
      a.bits, strides(a, isTransposed: layout == .firstTransposed), b.bits,
      strides(b, isTransposed: layout == .secondTransposed), c.base, c.stride, m, n, inner,
      accumulates ? 1 : 0)
    precondition(
      status == 0, "oneDNN refused a product of \(m) × \(inner) × \(n): status \(status)")
  }

  private func strides(_ factor: Factor, isTransposed: Bool) -> onednn_strides {
    isTransposed
      ? onednn_strides(row: 1, column: factor.rows.stride)
      : onednn_strides(row: factor.rows.stride, column: 1)
  }

  private func multiplyExpanded(_ layout: Layout, into c: Rows, _ accumulates: Bool) {
    let (aNumbers, bNumbers) = (a.expanded, b.expanded)
    let first = aNumbers.rows(a.rows.rowCount, a.rows.width)
    let second = bNumbers.rows(b.rows.rowCount, b.rows.width)
    switch layout {
    case .asTheyAre: matrixProduct(first, second, into: c, accumulates: accumulates)
    case .firstTransposed:
      matrixProduct(first.transposed, second, into: c, accumulates: accumulates)
    case .secondTransposed:
      matrixProduct(first, second.transposed, into: c, accumulates: accumulates)
    }
  }
}
