import Answers
import ArgumentParser
import RandomStreams

/// `srar-bench fuzz`: compares mutated answers; a crash, a hang or an asymmetric verdict is a finding.
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Compare mutated answers and look for crashes and asymmetry.")

  @Option(help: "How many inputs.")
  var count = 1_000_000

  @Option(help: "Another seed makes other inputs.")
  var seed: UInt64 = 1

  private static let seeds = [
    #"\frac{1}{2}"#, #"x^2+2x+1"#, #"\{1,2\}"#, "[0,1)", #"\begin{pmatrix}1&2\\3&4\end{pmatrix}"#,
    #"1\pm\sqrt{2}"#, "12\\text{ cm}", "x \\le 3", "1{,}000.5", "204_5", "7 1/2", "\\boxed{3}",
    "e^{i\\pi}", "\\sin^2 x", "(100!)^{9^9}", "y=2x+3", "\\log_2 8", "|x-1|", "3:4",
    "The answer is 5.",
  ]

  func run() throws {
    var findings = 0
    var slowest = Duration.zero
    for number in 0..<count {
      var random = RandomStream(seed: seed, "fuzz", number)
      let (one, other) = (mutated(&random), mutated(&random))
      let start = ContinuousClock.now
      let forward = AnswerChecker.math.compare(one, with: other)
      slowest = max(slowest, ContinuousClock.now - start)
      if number % 16 == 0,
        AnswerChecker.math.compare(other, with: one).isEqual != forward.isEqual
      {
        findings += 1
        print("not symmetric: \(one.debugDescription) | \(other.debugDescription)")
      }
    }
    print("\(count) inputs, \(findings) findings, slowest \(slowest)")
    if findings > 0 { throw ExitCode(70) }
  }

  private func mutated(_ random: inout RandomStream) -> String {
    var bytes = Array(random.element(of: Self.seeds).utf8)
    for _ in 0..<random.integer(in: 0...4) {
      let place = random.integer(in: 0...bytes.count)
      switch random.integer(in: 0...3) {
      case 0: bytes.insert(UInt8(random.integer(in: 0...255)), at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: random.element(of: Self.seeds).utf8, at: place)
      default:
        let sign = random.element(of: Array("{}()[]^_\\$,.%+-/!|=<9e ".utf8))
        for _ in 0..<random.integer(in: 1...3) { bytes.insert(sign, at: place) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
