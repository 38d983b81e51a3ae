internal import CKernels

/// Root-mean-square norm (Zhang and Sennrich, 2019): y = x · w / √(mean(x²) + ε), row by row.
///
/// Shapes: x, y [rows, width]; w [width]; inverseRMS [rows], small, kept for the gradient (nil to drop it).
package func rmsNorm(
  _ x: Rows, weight w: UnsafeMutablePointer<Float>, epsilon: Float, into y: Rows,
  inverseRMS: UnsafeMutablePointer<Float>?
) {
  precondition(x.rowCount == y.rowCount && x.width == y.width, "shapes of a norm do not fit")
  rms_norm(
    x.base, x.stride, w, y.base, y.stride, inverseRMS, x.rowCount, x.width, epsilon)
}

/// Gradient of `rmsNorm`: dx and dw accumulate.
package func rmsNormGradient(
  dy: Rows, x: Rows, weight w: UnsafeMutablePointer<Float>,
  inverseRMS: UnsafeMutablePointer<Float>, dx: Rows, dw: UnsafeMutablePointer<Float>
) {
  precondition(
    x.rowCount == dy.rowCount && x.width == dy.width && dx.rowCount == x.rowCount
      && dx.width == x.width, "shapes of a norm's gradient do not fit")
  rms_norm_gradient(
    dy.base, dy.stride, x.base, x.stride, w, inverseRMS, dx.base, dx.stride, dw, x.rowCount,
    x.width)
}
