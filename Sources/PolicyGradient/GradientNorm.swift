// The length of the whole gradient, and cutting it.

/// √Σ g² over all elements, in double precision.
///
/// Sums run in eight fixed lanes over fixed blocks: the same bytes on every machine and for any number of threads.
package func gradientNorm(_ gradients: UnsafeBufferPointer<Float>) -> Double {
  var total = 0.0
  var start = 0
  while start < gradients.count {
    let end = min(start + 16_384, gradients.count)
    total += sumOfSquares(UnsafeBufferPointer(rebasing: gradients[start..<end]))
    start = end
  }
  return total.squareRoot()
}

private func sumOfSquares(_ values: UnsafeBufferPointer<Float>) -> Double {
  guard let base = values.baseAddress else { return 0 }
  var lanes = SIMD8<Double>.zero
  let whole = values.count & ~7
  var index = 0
  while index < whole {
    let block = SIMD8<Double>(
      UnsafeRawPointer(base + index).loadUnaligned(as: SIMD8<Float>.self))
    lanes += block * block
    index += 8
  }
  var total = lanes.sum()
  for value in values[whole...] { total += Double(value) * Double(value) }
  return total
}

/// By what a gradient of that norm is multiplied so that it is at most `limit` long: min(1, limit/(norm + 1e-6)).
///
/// The constant is PyTorch's (`clip_grad_norm_`), and so a gradient just below the limit shrinks a little, too.
package func clipFactor(norm: Double, limit: Double) -> Double {
  min(1, limit / (norm + 1e-6))
}
