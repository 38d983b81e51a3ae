/// A weight [out, in] as training multiplies it: float32 numbers and, where products are of bfloat16 numbers, rounded copies.
///
/// The copies are made by `round`, once for all products; it is the caller's to call it after the numbers have changed. Crossing
/// threads is safe under the same terms as for `Rows`.
package struct Weight: Sendable {
  package let rows: Rows
  private let rounded: Rounded?

  /// As the second factor of a product with inputs, and of one with the gradients of outputs, which is there once it is wanted. Written
  /// by `round` only.
  private final class Rounded: @unchecked Sendable {
    let transposed: BFloat16Panels
    private(set) var plain: BFloat16Panels?

    init(_ rows: Rows, _ arithmetic: BFloat16Arithmetic) {
      transposed = BFloat16Panels(
        inner: rows.width, columnCount: rows.rowCount, for: arithmetic)
    }

    func round(_ rows: Rows, forGradient: Bool) {
      transposed.pack(rows.transposed)
      guard forGradient else { return }
      let panels =
        plain
        ?? BFloat16Panels(
          inner: rows.rowCount, columnCount: rows.width, for: transposed.arithmetic)
      panels.pack(rows)
      plain = panels
    }
  }

  package init(_ rows: Rows, precision: ProductPrecision) {
    self.rows = rows
    rounded = precision.bfloat16Arithmetic.map { Rounded(rows, $0) }
  }

  /// Makes the rounded copies anew, where there are any.
  ///
  /// - Parameter forGradient: whether `inputGradient` is to follow.
  package func round(forGradient: Bool) {
    rounded?.round(rows, forGradient: forGradient)
  }

  /// y = x · wᵀ, or y += x · wᵀ. Shapes: x [tokens, in], y [tokens, out].
  package func multiply(_ x: Rows, into y: Rows, accumulates: Bool = false) {
    if let rounded {
      BFloat16Rows(x, for: rounded.transposed.arithmetic).multiply(
        rounded.transposed, into: y, accumulates: accumulates)
    } else {
      matrixProduct(x, rows.transposed, into: y, accumulates: accumulates)
    }
  }

  /// The inputs' gradient of `multiply`: dx = dy · w, or dx += dy · w. Shapes: dy [tokens, out], dx [tokens, in].
  package func inputGradient(dy: Rows, into dx: Rows, accumulates: Bool = false) {
    // forward: y[t, o] = Σᵢ x[t, i] · w[o, i]
    if let rounded {
      guard let plain = rounded.plain else { preconditionFailure("not rounded for a gradient") }
      BFloat16Rows(dy, for: plain.arithmetic).multiply(
        plain, into: dx, accumulates: accumulates)
    } else {
      matrixProduct(dy, rows, into: dx, accumulates: accumulates)
    }
  }
}

/// What was multiplied with a weight, as the weight's gradient takes it: float32 numbers and, where products are of bfloat16 numbers, a
/// rounded copy, which `round` makes. Several threads may compute gradients with it afterwards.
package struct WeightedInputs: Sendable {
  private let rows: Rows
  private let rounded: BFloat16Panels?

  /// Shape: x [tokens, in].
  package init(_ x: Rows, precision: ProductPrecision) {
    rows = x
    rounded = precision.bfloat16Arithmetic.map {
      BFloat16Panels(inner: x.rowCount, columnCount: x.width, for: $0, isBrief: true)
    }
  }

  /// Makes the rounded copy, where there is one.
  package func round() { rounded?.pack(rows) }

  /// The gradient of a weight, or of some of its outputs: dw += dyᵀ · x. Shapes: dy [tokens, out], dw [out, in].
  package func weightGradient(dy: Rows, into dw: Rows) {
    // forward: y[t, o] = Σᵢ x[t, i] · w[o, i]
    if let rounded {
      BFloat16Rows(dy.transposed, for: rounded.arithmetic).multiply(
        rounded, into: dw, accumulates: true)
    } else {
      matrixProduct(dy.transposed, rows, into: dw, accumulates: true)
    }
  }
}
