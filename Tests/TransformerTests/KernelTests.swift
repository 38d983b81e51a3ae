import Foundation
import Kernels
import RandomStreams
import Testing

/// The kernels against their definitions, written plainly in double precision.
@Suite("Kernels")
struct KernelTests {
  @Test(
    "a root-mean-square norm is its formula, also for widths that fill no vector",
    arguments: [1, 7, 16, 130])
  func rmsNormIsItsFormula(width: Int) {
    let x = randomBuffer(count: 3 * width, seed: 1)
    let w = randomBuffer(count: width, seed: 2)
    let y = FloatBuffer(count: 3 * width)
    rmsNorm(
      x.rows(3, width), weight: w.base, epsilon: 1e-3, into: y.rows(3, width), inverseRMS: nil)
    for t in 0..<3 {
      let row = (0..<width).map { Double(x.elements[t * width + $0]) }
      let meanSquare = row.reduce(0) { $0 + $1 * $1 } / Double(width)
      for i in 0..<width {
        let expected = row[i] * Double(w.elements[i]) / (meanSquare + 1e-3).squareRoot()
        #expect(abs(Double(y.elements[t * width + i]) - expected) < 1e-5)
      }
    }
  }

  @Test(
    "a root-mean-square norm of numbers whose squares overflow is no number, and leaves other rows",
    arguments: [1, 7, 16, 130])
  func overflowingNorm(width: Int) {
    let x = randomBuffer(count: 3 * width, seed: 1)
    let w = randomBuffer(count: width, seed: 2)
    let y = FloatBuffer(count: 3 * width)
    let inverseRMS = FloatBuffer(count: 3)
    func norm() {
      rmsNorm(
        x.rows(3, width), weight: w.base, epsilon: 1e-6, into: y.rows(3, width),
        inverseRMS: inverseRMS.base)
    }
    norm()
    let before = Array(y.elements)
    // The last number whose square is finite, and the next one.
    let most = Float.greatestFiniteMagnitude.squareRoot()
    x.elements[2 * width - 1] = most.nextUp
    norm()
    #expect(y.elements[width..<2 * width].allSatisfy { $0.isNaN })
    #expect(inverseRMS.elements[1].isNaN)
    #expect(Array(y.elements[..<width]) == Array(before[..<width]))
    #expect(Array(y.elements[(2 * width)...]) == Array(before[(2 * width)...]))
    for i in 0..<width { x.elements[width + i] = i == width - 1 ? most.nextDown : 0 }
    norm()
    #expect(y.elements[width..<2 * width].allSatisfy { $0.isFinite })
  }

  @Test("a gated unit is its formula from −100 to 100")
  func swiGLUIsItsFormula() {
    let gates = stride(from: Float(-100), through: 100, by: 0.37).map { $0 }
    let width = gates.count
    let gateUp = FloatBuffer(count: 2 * width)
    for (i, gate) in gates.enumerated() {
      gateUp.elements[i] = gate
      gateUp.elements[width + i] = 0.5
    }
    let y = FloatBuffer(count: width)
    swiGLU(gateUp.rows(1, 2 * width), into: y.rows(1, width))
    for (i, gate) in gates.enumerated() {
      let expected = Double(gate) / (1 + exp(-Double(gate))) * 0.5
      #expect(abs(Double(y.elements[i]) - expected) <= 1e-6 * max(1, abs(expected)), "gate \(gate)")
    }
  }

  @Test("a packed product is its formula, and a row's bytes do not depend on the other rows")
  func packedProductIsItsFormula() {
    let (inputs, outputs, rowCount) = (37, 75, 29)
    let w = randomBuffer(count: outputs * inputs, seed: 4)
    let x = randomBuffer(count: rowCount * inputs, seed: 5)
    let packed = PackedWeight(w.rows(outputs, inputs))
    let y = randomBuffer(count: rowCount * outputs, seed: 6)
    let before = Array(y.elements)
    packed.multiply(x.rows(rowCount, inputs), into: y.rows(rowCount, outputs), accumulates: true)
    for t in 0..<rowCount {
      let alone = FloatBuffer(count: outputs)
      for o in 0..<outputs { alone.elements[o] = before[t * outputs + o] }
      packed.multiply(
        x.rows(1, inputs, at: t * inputs), into: alone.rows(1, outputs), accumulates: true)
      for o in 0..<outputs {
        let sum = (0..<inputs).reduce(Double(before[t * outputs + o])) {
          $0 + Double(x.elements[t * inputs + $1]) * Double(w.elements[o * inputs + $1])
        }
        #expect(abs(Double(y.elements[t * outputs + o]) - sum) < 1e-5)
        #expect(y.elements[t * outputs + o] == alone.elements[o], "row \(t)")
      }
    }
  }

  @Test("probabilities of huge logits neither overflow nor vanish")
  func hugeLogitsAreFine() {
    let logits = FloatBuffer(count: 3)
    (logits.elements[0], logits.elements[1], logits.elements[2]) = (1e30, 1e30, -1e30)
    let scratch = FloatBuffer(count: 2 * TokenDistribution.partialSumCount)
    func sums(width: Int, inverseTemperature: Float = 1) -> TokenDistribution.Sums {
      TokenDistribution.sums(
        logits.base, parts: RowTiles(of: 3, width: width), inverseTemperature: inverseTemperature,
        scratch: scratch.base)
    }
    #expect(sums(width: 3).logSum == 1e30)
    // Scaled by what the logits are not multiples of, the largest is still the largest, with exp(0) = 1.
    #expect(abs(sums(width: 3, inverseTemperature: 0.7).logSum / 7e29 - 1) < 1e-6)
    #expect(scratch.elements[1] == 2)
    (logits.elements[0], logits.elements[1], logits.elements[2]) = (500, 499, -500)
    let smaller = sums(width: 3).logSum
    #expect(abs(smaller - Float(500 + log(1 + exp(-1.0)))) < 1e-4)
    // In two parts.
    let sums = sums(width: 2)
    #expect(abs(sums.logSum - smaller) < 1e-4)
    let entropy = sums.entropy
    let p = 1 / (1 + exp(-1.0))
    #expect(abs(Double(entropy) + p * log(p) + (1 - p) * log(1 - p)) < 1e-4)
  }
}

/// Normally distributed numbers.
func randomBuffer(count: Int, seed: UInt64) -> FloatBuffer {
  var random = RandomStream(seed: seed, "kernel test")
  let buffer = FloatBuffer(count: count)
  for index in 0..<count { buffer.elements[index] = Float(random.normal()) }
  return buffer
}
