// Every random draw of the project comes from here, so that the same seed gives the same bytes everywhere.

import Foundation

/// A pseudo-random stream that is a function of a seed and of keys that name its purpose.
///
/// The generator is xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
/// 2021), seeded through SplitMix64 as its authors advise. Streams of different keys are independent for all
/// practical purposes: draws for one rollout do not depend on which others were made before it.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The stream of a seed and its keys, such as `RandomStream(seed: 7, "rollout", problemID, index)`.
  package init(seed: UInt64, _ keys: any RandomStreamKey...) {
    var hash = splitMix64(seed ^ 0x6a09_e667_f3bc_c908)
    for key in keys {
      // A separator between keys, so that ("ab", "c") and ("a", "bc") differ.
      hash = splitMix64(hash ^ 0xbb67_ae85_84ca_a73b)
      key.mix(into: &hash)
    }
    var mixed: [UInt64] = []
    for step in 1...4 {
      mixed.append(splitMix64(hash &+ UInt64(step) &* 0x9e37_79b9_7f4a_7c15))
    }
    state = (mixed[0], mixed[1], mixed[2], mixed[3] | 1)
  }

  package mutating func next() -> UInt64 {
    let result = rotateLeft(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotateLeft(state.3, by: 45)
    return result
  }

  /// A uniform number in [0, 1), with 53 random bits.
  package mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform integer of a half-open range, without modulo bias (Lemire, 2019).
  package mutating func integer(in range: Range<Int>) -> Int {
    precondition(!range.isEmpty, "an integer of an empty range")
    let count = UInt64(range.count)
    var product = next().multipliedFullWidth(by: count)
    if product.low < count {
      let threshold = (0 &- count) % count
      while product.low < threshold { product = next().multipliedFullWidth(by: count) }
    }
    return range.lowerBound + Int(product.high)
  }

  /// A uniform integer of a closed range.
  package mutating func integer(in range: ClosedRange<Int>) -> Int {
    integer(in: range.lowerBound..<range.upperBound + 1)
  }

  /// One of the elements, uniformly.
  package mutating func element<T>(of elements: [T]) -> T {
    elements[integer(in: 0..<elements.count)]
  }

  /// A standard normal number, by Marsaglia's polar method.
  package mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0 && square < 1 { return x * (-2 * log(square) / square).squareRoot() }
    }
  }

  /// The elements in a uniformly random order (Fisher–Yates).
  package mutating func shuffled<T>(_ elements: [T]) -> [T] {
    var result = elements
    for last in stride(from: result.count - 1, to: 0, by: -1) {
      result.swapAt(last, integer(in: 0...last))
    }
    return result
  }
}

/// What can name the purpose of a stream: text and whole numbers.
package protocol RandomStreamKey: Sendable {
  /// Mixes the key into the running hash.
  func mix(into hash: inout UInt64)
}

extension Int: RandomStreamKey {
  package func mix(into hash: inout UInt64) {
    hash = splitMix64(hash ^ UInt64(bitPattern: Int64(self)))
  }
}

extension UInt64: RandomStreamKey {
  package func mix(into hash: inout UInt64) { hash = splitMix64(hash ^ self) }
}

extension String: RandomStreamKey {
  package func mix(into hash: inout UInt64) {
    for byte in utf8 { hash = splitMix64(hash ^ UInt64(byte)) }
    hash = splitMix64(hash ^ UInt64(utf8.count) << 8)
  }
}

/// SplitMix64's output function (Steele, Lea and Flood, 2014): a bijection that scatters nearby inputs.
package func splitMix64(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}

private func rotateLeft(_ value: UInt64, by count: UInt64) -> UInt64 {
  value << count | value >> (64 - count)
}
