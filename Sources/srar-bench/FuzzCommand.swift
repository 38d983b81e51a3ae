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
    "The answer is 5.", "\\{x \\mid x<3\\}", "\\begin{cases}1&x<0\\\\2&x\\ge0\\end{cases}",
    "4:30 p.m.",
    "63^\\circ 30^{\\prime}", "5 feet 6 inches", "0.\\overline{12}", "\\mathbb{R}\\setminus\\{0\\}",
    "x<1 or x>2", "x=1, y=2", "concave up on (0, 1)", "\\bigcup_{k=1}^{n}(k,k+1)",
    "{10 \\choose 3}",
    "P(X=5)=\\frac12", "\\sqrt12", "7\\frac12", "**17**", "\\lfloor x/2\\rfloor", "A(1,2)",
    "f'(x)=2x",
    "\\boxed{1} and \\boxed{2}", "\\int_0^1 x\\,dx", "\\mathbf{e}_{\\rho}", "(a+b)^{12}", "1e5",
    "₂⁵½π",
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
      if number % 4 == 0,
        AnswerChecker.math.compare(other, with: one).isEqual != forward.isEqual
      {
        findings += 1
        print("not symmetric: \(one.debugDescription) | \(other.debugDescription)")
      }
    }
    print("\(count) inputs, \(findings) findings, slowest \(slowest)")
    if findings > 0 { throw ExitCode(70) }
  }

  private static let pieces = [
    "1", "12", "3.5", "x", "y", "e", "i", "f", "P", "A", "\\pi", "\\frac", "\\sqrt", "\\sqrt[3]",
    "\\binom",
    "\\log_", "\\sin", "\\text{cm}", "\\text{or}", "\\infty", "\\cup", "\\cap", "\\setminus",
    "\\in", "\\le", "<",
    ">", "=", "\\ne", "\\approx", "\\pm", "\\mp", "+", "-", "*", "/", "^", "_", "!", "%", "^\\circ",
    "'", "{", "}",
    "(", ")", "[", "]", "\\{", "\\}", "|", "\\mid", ",", ";", ":", ".", " ", " and ", " or ",
    "\\begin{pmatrix}",
    "\\end{pmatrix}", "\\begin{cases}", "\\end{cases}", "&", "\\\\", "\\left", "\\right",
    "\\lfloor", "\\rfloor",
    "\\sum_", "\\int", "\\lim", "\\bigcup", "\\to", "\\mathbb{R}", "\\overline{3}", "\\over",
    "\\choose", "\\boxed{",
    "½", "²", "π", "√", "\\mathrm{e}", "\\mathbf{", "\\operatorname{", "$", "\\!", "\\,", "the",
    "is", "answer", "**",
    "10^{9}", "0", "\\emptyset", "\\vec{v}", "a_{n}", "204_5", "pm", "4:30",
  ]

  /// Pieces of LaTeX one after the other, or a mutated answer.
  private func mutated(_ random: inout RandomStream) -> String {
    if random.integer(in: 0...1) == 0 {
      return (0..<random.integer(in: 1...10)).map { _ in random.element(of: Self.pieces) }
        .joined(separator: random.integer(in: 0...2) == 0 ? " " : "")
    }
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
