/// SplitMix64, so that a seed gives the same text in every run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// Characters of many classes, with spaces, digits and apostrophes strewn in.
func randomText(seed: UInt64) -> String {
  var generator = SplitMix64(seed: seed)
  var text = String.UnicodeScalarView()
  for _ in 0..<Int.random(in: 0...60, using: &generator) {
    let limit: UInt32 = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF].randomElement(using: &generator) ?? 0x7F
    let value = UInt32.random(in: 0...limit, using: &generator)
    if Bool.random(using: &generator),
      let common = " \n\t'1 5as".unicodeScalars.randomElement(
        using: &generator)
    {
      text.append(common)
    } else if let scalar = Unicode.Scalar(value) {
      text.append(scalar)
    }
  }
  return String(text)
}
