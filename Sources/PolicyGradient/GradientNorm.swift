// The length of the whole gradient, and cutting it.

internal import Kernels
internal import Synchronization

/// √Σ g² over all elements, in double precision.
///
/// Sums run in eight fixed lanes over fixed blocks: the same bytes on every machine and for any number of threads.
package func gradientNorm(
  _ gradients: UnsafeBufferPointer<Float>, threadCount: Int = 1
) -> Double {
  let blockSize = 16_384
  let sums = Mutex(
    [Double](repeating: 0, count: (gradients.count + blockSize - 1) / blockSize))
  nonisolated(unsafe) let gradients = gradients
  Lanes.run(count: sums.withLock { $0.count }, threadCount: threadCount) { block, _ in
    let start = block * blockSize
    let sum = sumOfSquares(
      UnsafeBufferPointer(
        rebasing: gradients[start..<min(start + blockSize, gradients.count)]))
    sums.withLock { $0[block] = sum }
  }
  return sums.withLock { $0.reduce(0, +) }.squareRoot()
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
