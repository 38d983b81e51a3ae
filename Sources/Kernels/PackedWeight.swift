internal import CKernels
internal import COneDNN

/// A projection's weight, laid out for products with few rows, as in generation.
///
/// Unlike a general product, a row's result does not depend on how many other rows there are, so a response does not
/// depend on what else is being generated. Threads share a product by its outputs, which changes no result either.
package final class PackedWeight: @unchecked Sendable {
  package let inputCount: Int
  package let outputCount: Int
  private let layout: Layout

  private enum Layout {
    /// [outputs / panel width, rounded up][inputs][panel width]
    case panels(FloatBuffer)
    /// The same of bfloat16 numbers.
    case roundedPanels(BFloat16Buffer)
    /// oneDNN's own, one for each part of the outputs.
    case native([OpaquePointer])
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
    inputCount = weight.width
    outputCount = weight.rowCount
    switch precision {
    case .float32: layout = Self.panels(of: weight)
    case .bfloat16: layout = Self.rounded(weight)
    }
  }

  private static func paddedCount(_ weight: Rows) -> Int {
    (weight.rowCount + panelWidth - 1) / panelWidth * panelWidth * weight.width
  }

  private static func panels(of weight: Rows) -> Layout {
    let panels = FloatBuffer(count: paddedCount(weight))
    pack_panels(weight.base, weight.stride, weight.rowCount, weight.width, panels.base)
    return .panels(panels)
  }

  private static func rounded(_ weight: Rows) -> Layout {
    let width = weight.width
    let numbers = BFloat16Buffer(count: weight.rowCount * width)
    for row in 0..<weight.rowCount {
      round_to_bfloat16(weight[row: row], numbers.base + row * width, width)
    }
    let native = parts(of: weight.rowCount).map { outputs in
      onednn_weight_pack(
        numbers.base + outputs.lowerBound * width, width, outputs.count, width)
    }
    let packed = native.compactMap { $0 }
    if packed.count == native.count { return .native(packed) }
    packed.forEach(onednn_weight_free)
    let panels = BFloat16Buffer(count: paddedCount(weight))
    pack_bfloat16_panels(numbers.base, width, weight.rowCount, width, panels.base)
    return .roundedPanels(panels)
  }

  private static func parts(of outputCount: Int) -> [Range<Int>] {
    let width = partWidth(of: outputCount)
    return stride(from: 0, to: outputCount, by: width).map { $0..<min($0 + width, outputCount) }
  }

  deinit {
    if case .native(let parts) = layout { parts.forEach(onednn_weight_free) }
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
      forEachPart(threadCount) { [inputCount] _, outputs in
        packed_product(
          x.base, x.stride, x.rowCount, panels.base + outputs.lowerBound * inputCount, inputCount,
          y.base + outputs.lowerBound, y.stride, outputs.count, accumulates ? 1 : 0)
      }
    case .roundedPanels(let panels):
      let rounded = RoundedRows(x, rowMultiple: 1)
      let numbers = rounded.expanded
      forEachPart(threadCount) { [inputCount] _, outputs in
        packed_bfloat16_product(
          numbers.base, inputCount, x.rowCount, panels.base + outputs.lowerBound * inputCount,
          inputCount, y.base + outputs.lowerBound, y.stride, outputs.count, accumulates ? 1 : 0)
      }
    case .native(let weights):
      let rounded = RoundedRows(x, rowMultiple: Int(ONEDNN_BLOCK_ROWS))
      let packed = NativeParts(weights: weights)
      forEachPart(threadCount) { part, outputs in
        let status = onednn_weight_multiply(
          packed.weights[part], rounded.bits.base, x.rowCount, y.base + outputs.lowerBound,
          y.stride, accumulates ? 1 : 0)
        precondition(
          status == 0, "oneDNN refused a product of \(x.rowCount) rows: status \(status)")
      }
    }
  }

  private func forEachPart(
    _ threadCount: Int, body: @Sendable (_ part: Int, _ outputs: Range<Int>) -> Void
  ) {
    let outputCount = outputCount
    let width = Self.partWidth(of: outputCount)
    Lanes.run(count: (outputCount + width - 1) / width, threadCount: threadCount) { part, _ in
      body(part, part * width..<min((part + 1) * width, outputCount))
    }
  }
}

/// oneDNN's weights, which threads only read.
private struct NativeParts: @unchecked Sendable {
  let weights: [OpaquePointer]
}

/// Rows in bfloat16 without gaps, continued with zeros to a multiple of rows.
private struct RoundedRows: Sendable {
  let bits: BFloat16Buffer

  init(_ x: Rows, rowMultiple: Int) {
    let rowCount = (x.rowCount + rowMultiple - 1) / rowMultiple * rowMultiple
    bits = BFloat16Buffer(count: rowCount * x.width)
    for row in 0..<x.rowCount {
      round_to_bfloat16(x[row: row], bits.base + row * x.width, x.width)
    }
  }

  /// The numbers that the bits stand for.
  var expanded: FloatBuffer {
    let numbers = FloatBuffer(count: bits.count)
    expand_bfloat16(bits.base, numbers.base, bits.count)
    return numbers
  }
}
