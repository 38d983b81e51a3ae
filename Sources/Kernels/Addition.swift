internal import CKernels

/// y += x, element by element.
package func add(
  _ x: UnsafeMutablePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
) {
  add_into(y, x, count)
}

/// y += bias, row by row. Shapes: y [rows, width], bias [width].
package func addBias(_ bias: UnsafeMutablePointer<Float>, to y: Rows) {
  add_bias(y.base, y.stride, bias, y.rowCount, y.width)
}

/// Gradient of `addBias`: dBias += the sum of dy's rows.
package func addBiasGradient(dy: Rows, dBias: UnsafeMutablePointer<Float>) {
  add_bias_gradient(dy.base, dy.stride, dBias, dy.rowCount, dy.width)
}
