internal import CKernels

/// A projection's weight, laid out for products with few rows, as in generation.
///
/// A row's result does not depend on how many other rows there are, so a response does not depend on what else is being generated, and is
/// that of `Weight`. Threads share a product by its outputs, which changes no result either.
package final class PackedWeight: @unchecked Sendable {
  package let inputCount: Int
  package let outputCount: Int
  private let layout: Layout

  private enum Layout {
    /// [outputs / panel width, rounded up][inputs][panel width]
    case panels(FloatBuffer)
    case rounded(BFloat16Panels)
  }

  /// Outputs of one panel.
  private static let panelWidth = panel_width()

  /// Outputs that one thread computes at a time: few enough for a core's cache to hold their weights while rows pass by, and for
  /// threads to end together where there are few outputs.
  private static func partWidth(of outputCount: Int) -> Int {
    (outputCount < 4096 ? 4 : 8) * panelWidth
  }

  /// A copy of a weight [out, in].
  ///
  /// - Parameter precision: what weights and inputs are rounded to before they are multiplied.
  package init(_ weight: Rows, precision: ProductPrecision = .float32) {
    precondition(weight.width > 0, "a weight without inputs")
    inputCount = weight.width
    outputCount = weight.rowCount
    if let arithmetic = precision.bfloat16Arithmetic {
      let panels = BFloat16Panels(
        inner: weight.width, columnCount: weight.rowCount, for: arithmetic)
      panels.pack(weight.transposed)
      layout = .rounded(panels)
    } else {
      layout = Self.panels(of: weight)
    }
  }

  private static func panels(of weight: Rows) -> Layout {
    let paddedCount = (weight.rowCount + panelWidth - 1) / panelWidth * panelWidth
    let panels = FloatBuffer(count: paddedCount * weight.width)
    pack_panels(weight.base, weight.stride, weight.rowCount, weight.width, panels.base)
    return .panels(panels)
  }

  /// y = x · wᵀ, or y += x · wᵀ. Shapes: x [rows, in], y [rows, out].
  ///
  /// - Parameter threadCount: how many threads share the work; does not change results.
  package func multiply(
    _ x: Rows, into y: Rows, accumulates: Bool = false, threadCount: Int = 1
  ) {
    precondition(
      x.width == inputCount && y.width == outputCount && x.rowCount == y.rowCount,
      "shapes of a packed product do not fit")
    guard x.rowCount > 0 else { return }
    switch layout {
    case .panels(let panels):
      forEachPart(threadCount) { [inputCount] outputs in
        packed_product(
          x.base, x.stride, x.rowCount, panels.base + outputs.lowerBound * inputCount, inputCount,
          y.base + outputs.lowerBound, y.stride, outputs.count, accumulates ? 1 : 0)
      }
    case .rounded(let panels):
      let rounded = BFloat16Rows(x, for: panels.arithmetic)
      forEachPart(threadCount) { outputs in
        rounded.multiply(
          panels, columns: outputs, into: y[columns: outputs], accumulates: accumulates)
      }
    }
  }

  private func forEachPart(_ threadCount: Int, body: @Sendable (_ outputs: Range<Int>) -> Void) {
    let outputCount = outputCount
    let width = Self.partWidth(of: outputCount)
    Lanes.run(count: (outputCount + width - 1) / width, threadCount: threadCount) { part, _ in
      body(part * width..<min((part + 1) * width, outputCount))
    }
  }
}
