/// The probability that at least one of k samples, drawn without replacement from n of which c are right, is right.
///
/// pass@k = 1 − C(n − c, k) / C(n, k)          Chen et al., arXiv 2107.03374, eq. 1
///
/// The estimator is unbiased where the n samples are independent; 1 − (1 − c/n)^k would be too low.
///
/// - Parameters:
///   - correct: c, 0 … n.
///   - samples: n.
///   - k: 1 … n.
/// - Returns: from 0 to 1; nil where k is not in 1 … n.
package func passAtK(correct: Int, samples: Int, k: Int) -> Double? {
  guard (1...max(samples, 1)).contains(k), k <= samples, (0...samples).contains(correct) else {
    return nil
  }
  guard samples - correct >= k else { return 1 }
  // C(n − c, k) / C(n, k) = Π over i in n − c + 1 … n of (1 − k/i), which neither overflows nor cancels.
  var allWrong = 1.0
  for i in stride(from: samples - correct + 1, through: samples, by: 1) {
    allWrong *= 1 - Double(k) / Double(i)
  }
  return 1 - allWrong
}
