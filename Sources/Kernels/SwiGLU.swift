internal import CKernels

/// Gated unit (Shazeer, 2020): y = silu(gate) · up.
///
/// Shapes: gateUp [tokens, 2 · width], each row gate then up; y [tokens, width]; both without gaps between rows.
package func swiGLU(_ gateUp: Rows, into y: Rows) {
  precondition(
    gateUp.rowCount == y.rowCount && gateUp.width == 2 * y.width && gateUp.stride == gateUp.width
      && y.stride == y.width, "shapes of a gated unit do not fit")
  swiglu(gateUp.base, y.base, y.rowCount, y.width)
}

/// Gradient of `swiGLU`: overwrites dGateUp, and makes y anew, which is cheaper than to keep it.
package func swiGLUGradient(dy: Rows, gateUp: Rows, dGateUp: Rows, y: Rows) {
  precondition(
    gateUp.rowCount == y.rowCount && gateUp.width == 2 * y.width && dGateUp.width == gateUp.width
      && dy.width == y.width && dy.rowCount == y.rowCount && dGateUp.rowCount == y.rowCount
      && gateUp.stride == gateUp.width && dGateUp.stride == gateUp.width && dy.stride == y.width
      && y.stride == y.width, "shapes of a gated unit's gradient do not fit")
  swiglu_gradient(gateUp.base, dy.base, dGateUp.base, y.base, y.rowCount, y.width)
}
