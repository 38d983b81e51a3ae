import ArgumentParser
import Diagnostics
import Filters
import Judging
import ReportPage
import Reporting

/// The options of the page for the browser.
struct PageArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write this HTML file, which needs nothing else and loads nothing.", valueName: "file"),
    completion: .file())
  var html: String?

  @Option(help: ArgumentHelp("The page's title.", valueName: "text"))
  var title = "srar report"

  @Option(
    help: ArgumentHelp(
      "About how many trajectories the page holds, drawn from all of them.", valueName: "count"))
  var trajectories = 800

  @Option(help: ArgumentHelp("The seed of the draw.", valueName: "seed"))
  var sampleSeed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Fewer trajectories are kept where the page would be longer, as in 16M.", valueName: "size"))
  var pageSize = MemorySize(bytes: 16 << 20)

  @Option(
    help: ArgumentHelp(
      """
      KaTeX's script, which sets the page's formulas; by default the installed one (Debian's libjs-katex). With 'none', or where \
      it is not installed, the page shows their source.
      """, valueName: "file"), completion: .file())
  var katex: String?

  @Option(
    help: ArgumentHelp(
      """
      A stream that one judge has judged; with '--second-judge', the page shows how far the two agree.
      """, valueName: "file"), completion: .file())
  var firstJudge: String?

  @Option(
    help: ArgumentHelp("The same rollouts, judged by another judge.", valueName: "file"),
    completion: .file())
  var secondJudge: String?

  mutating func validate() throws {
    try check(["--trajectories": trajectories], in: 1...10_000_000)
    if (firstJudge == nil) != (secondJudge == nil) {
      throw ValidationError("'--first-judge' and '--second-judge' need each other")
    }
    if html == nil && katex != nil {
      throw ValidationError("'--katex' is for the page; give '--html', too")
    }
    if html == nil && firstJudge != nil {
      throw ValidationError("'--first-judge' is for the page; give '--html', too")
    }
  }

  /// What gathers the page's trajectories; nil where no page is wanted.
  func builder() -> PageBuilder? {
    html == nil
      ? nil
      : PageBuilder(
        arguments: self, sample: TrajectorySample(seed: sampleSeed, budget: trajectories))
  }

  /// KaTeX, as it is asked for or installed; nil where formulas are to be shown as their source.
  ///
  /// - Parameter note: is told of an installed file that cannot be used; one that was asked for is an error.
  func mathematics(note: (String) -> Void) throws -> KaTeX? {
    if let katex { return katex == "none" ? nil : try KaTeX(path: katex) }
    do {
      return try KaTeX.installed()
    } catch let error as any ToolError {
      note("\(error); the page shows formulas as their source")
      return nil
    }
  }

  /// How far two judges agree, where they are given.
  func agreement(progress: (String, Double?) -> Void) throws -> JudgedStreamAgreement? {
    guard let firstJudge, let secondJudge else { return nil }
    return try JudgedStreamAgreement(first: firstJudge, second: secondJudge, progress: progress)
  }
}

/// A page in the making.
struct PageBuilder {
  let arguments: PageArguments
  var sample: TrajectorySample

  /// A page, and what it holds.
  struct Made {
    let html: [UInt8]
    let trajectories: Int
    let rollouts: Int

    var description: String {
      let size = html.count < 1 << 20 ? "\(html.count >> 10) KiB" : "\(html.count >> 20) MiB"
      return "\(size), \(trajectories) of \(rollouts) trajectories"
    }
  }

  func page(
    _ reports: [RunReport], agreement: JudgedStreamAgreement?, katex: KaTeX?
  ) -> Made {
    var data = PageData(
      title: arguments.title, reports: reports, sample: sample, seed: arguments.sampleSeed,
      byteLimit: arguments.pageSize.bytes)
    data.agreement = agreement
    data.katexVersion = katex?.version
    data.agreementLabels = [arguments.firstJudge, arguments.secondJudge].compactMap { $0 }
    let (json, count) = data.json(limit: arguments.trajectories + 120)
    return Made(
      html: ReportPage.html(title: arguments.title, data: json, katex: katex),
      trajectories: count,
      rollouts: reports.reduce(0) { $0 + $1.rollouts })
  }
}
