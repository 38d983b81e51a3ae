internal import CKernels
internal import Foundation

/// Rotary position embedding (Su et al., 2021) in Hugging Face's rotate-half layout.
///
/// The pair (x[i], x[i + d/2]) of a head of width d at position p turns by p · θ^(−2i/d).
package final class RotaryEmbedding: Sendable {
  private let half: Int
  private let positionCount: Int
  /// Cosines, then sines, each [positions, d/2].
  private let table: FloatBuffer

  package init(headDimension: Int, positionCount: Int, theta: Double) {
    half = headDimension / 2
    self.positionCount = positionCount
    table = FloatBuffer(count: 2 * positionCount * half)
    for position in 0..<positionCount {
      for i in 0..<half {
        let angle = Double(position) * pow(theta, -2 * Double(i) / Double(headDimension))
        table.base[position * half + i] = Float(cos(angle))
        table.base[(positionCount + position) * half + i] = Float(sin(angle))
      }
    }
  }

  /// Turns every head of one token's row, in place: `headCount` heads of width d, one after the other.
  package func rotate(_ row: UnsafeMutablePointer<Float>, headCount: Int, position: Int) {
    turn(row, headCount: headCount, position: position, direction: 1)
  }

  /// Gradient of `rotate`, in place: the rotation back.
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
