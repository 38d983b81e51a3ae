internal import CKernels

/// A projection's weight, laid out for products with few rows, as in generation.
///
/// Unlike a general product, a row's result does not depend on how many other rows there are, so a response does not
/// depend on what else is being generated.
package final class PackedWeight: Sendable {
  package let inputCount: Int
  package let outputCount: Int
  /// [outputs / panel width, rounded up][inputs][panel width]
  private let panels: FloatBuffer

  /// A copy of a weight [out, in] in panels.
  package init(_ weight: Rows) {
    inputCount = weight.width
    outputCount = weight.rowCount
    let panelWidth = Int(PANEL_WIDTH)
    let panelCount = (outputCount + panelWidth - 1) / panelWidth
    panels = FloatBuffer(count: panelCount * panelWidth * inputCount)
    pack_panels(weight.base, weight.stride, outputCount, inputCount, panels.base)
  }

  /// y = x · wᵀ, or y += x · wᵀ. Shapes: x [rows, in], y [rows, out].
  package func multiply(_ x: Rows, into y: Rows, accumulates: Bool = false) {
    precondition(
      x.width == inputCount && y.width == outputCount && x.rowCount == y.rowCount,
      "shapes of a packed product do not fit")
    packed_product(
      x.base, x.stride, x.rowCount, panels.base, inputCount, y.base, y.stride, outputCount,
      accumulates ? 1 : 0)
  }
}
