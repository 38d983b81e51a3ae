internal import CKernels
internal import COneDNN

/// A projection's weight, laid out for products with few rows, as in generation.
///
/// Unlike a general product, a row's result does not depend on how many other rows there are, so a response does not
/// depend on what else is being generated.
package final class PackedWeight: @unchecked Sendable {
  package let inputCount: Int
  package let outputCount: Int
  private let layout: Layout

  private enum Layout {
    /// [outputs / panel width, rounded up][inputs][panel width]
    case panels(FloatBuffer)
    /// The same of bfloat16 numbers.
    case roundedPanels(BFloat16Buffer)
    /// oneDNN's own, which it owns.
    case native(OpaquePointer)
  }

  /// A copy of a weight [out, in].
  ///
  /// - Parameter precision: what weights and inputs are rounded to before they are multiplied.
  package init(_ weight: Rows, precision: ProductPrecision = .float32) {
    inputCount = weight.width
    outputCount = weight.rowCount
    let panelWidth = Int(PANEL_WIDTH)
    let panelCount = (outputCount + panelWidth - 1) / panelWidth
    let paddedCount = panelCount * panelWidth * inputCount
    switch precision {
    case .float32:
      let panels = FloatBuffer(count: paddedCount)
      pack_panels(weight.base, weight.stride, outputCount, inputCount, panels.base)
      layout = .panels(panels)
    case .bfloat16:
      let rounded = BFloat16Buffer(count: outputCount * inputCount)
      for row in 0..<outputCount {
        round_to_bfloat16(weight[row: row], rounded.base + row * inputCount, inputCount)
      }
      if let native = onednn_weight_pack(rounded.base, inputCount, outputCount, inputCount) {
        layout = .native(native)
      } else {
        let panels = BFloat16Buffer(count: paddedCount)
        pack_bfloat16_panels(rounded.base, inputCount, outputCount, inputCount, panels.base)
        layout = .roundedPanels(panels)
      }
    }
  }

  deinit {
    if case .native(let weight) = layout { onednn_weight_free(weight) }
  }

  /// y = x · wᵀ, or y += x · wᵀ. Shapes: x [rows, in], y [rows, out].
  package func multiply(_ x: Rows, into y: Rows, accumulates: Bool = false) {
    precondition(
      x.width == inputCount && y.width == outputCount && x.rowCount == y.rowCount,
      "shapes of a packed product do not fit")
    guard x.rowCount > 0 else { return }
    switch layout {
    case .panels(let panels):
      packed_product(
        x.base, x.stride, x.rowCount, panels.base, inputCount, y.base, y.stride, outputCount,
        accumulates ? 1 : 0)
    case .roundedPanels(let panels):
      withRounded(x) { bits in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: bits.count) { numbers in
          guard let base = numbers.baseAddress, let bitBase = bits.baseAddress else { return }
          expand_bfloat16(bitBase, base, bits.count)
          packed_bfloat16_product(
            base, inputCount, x.rowCount, panels.base, inputCount, y.base, y.stride, outputCount,
            accumulates ? 1 : 0)
        }
      }
    case .native(let weight):
      withRounded(x) { bits in
        let status = onednn_weight_multiply(
          weight, bits.baseAddress, x.rowCount, y.base, y.stride, accumulates ? 1 : 0)
        precondition(
          status == 0,
          "oneDNN refused a product of \(x.rowCount) × \(inputCount) × \(outputCount): status \(status)"
        )
      }
    }
  }

  /// Calls `body` with the rows' numbers rounded, [rows, in] without gaps.
  private func withRounded(_ x: Rows, _ body: (UnsafeMutableBufferPointer<UInt16>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: x.rowCount * inputCount) { bits in
      guard let base = bits.baseAddress else { return }
      for row in 0..<x.rowCount {
        round_to_bfloat16(x[row: row], base + row * inputCount, inputCount)
      }
      body(bits)
    }
  }
}
