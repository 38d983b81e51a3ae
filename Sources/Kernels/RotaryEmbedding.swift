internal import CKernels
internal import Foundation

/// Rotary position embedding (Su et al., 2021) in Hugging Face's rotate-half layout.
///
/// The pair (x[i], x[i + d/2]) of a head of width d at position p turns by p · frequency[i], and grows by `scale`.
package final class RotaryEmbedding: Sendable {
  private let half: Int
  private let positionCount: Int
  /// Cosines, then sines, each [positions, d/2].
  private let table: FloatBuffer

  /// - Parameters:
  ///   - frequencies: the angle per position of each of the d/2 pairs.
  ///   - scale: multiplies what is turned; 1 for a mere rotation.
  package init(frequencies: [Double], scale: Double = 1, positionCount: Int) {
    half = frequencies.count
    self.positionCount = positionCount
    table = FloatBuffer(count: 2 * positionCount * half)
    for position in 0..<positionCount {
      for (i, frequency) in frequencies.enumerated() {
        let angle = Double(position) * frequency
        table.base[position * half + i] = Float(scale * cos(angle))
        table.base[(positionCount + position) * half + i] = Float(scale * sin(angle))
      }
    }
  }

  /// Turns every head of one token's row, in place: `headCount` heads of width d, one after the other.
  package func rotate(_ row: UnsafeMutablePointer<Float>, headCount: Int, position: Int) {
    turn(row, headCount: headCount, position: position, direction: 1)
  }

  /// Gradient of `rotate`, in place: the rotation back, scaled alike.
  package func rotateGradient(_ row: UnsafeMutablePointer<Float>, headCount: Int, position: Int) {
    turn(row, headCount: headCount, position: position, direction: -1)
  }

  private func turn(
    _ row: UnsafeMutablePointer<Float>, headCount: Int, position: Int, direction: Float
  ) {
    precondition(position < positionCount, "a position beyond the rotary table")
    let cosine = table.base + position * half
    let sine = table.base + (positionCount + position) * half
    for head in 0..<headCount { rotate_head(row + head * 2 * half, cosine, sine, half, direction) }
  }
}
