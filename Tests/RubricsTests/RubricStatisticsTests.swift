import Rubrics
import Testing

@Suite("Rubric statistics")
struct RubricStatisticsTests {
  private var statistics: RubricStatistics {
    var statistics = RubricStatistics()
    for text in [
      "<SUGGEST> one two\n<SUGGEST> one two three\n<BONUS> one\n<ANSWER> one two",
      "<SUGGEST> one  two\n<SUGGEST> a b\n<SUGGEST> a b\n<SUGGEST> a b\n<ANSWER> one two",
    ] { statistics.add(rubricItems(ofText: text)) }
    return statistics
  }

  @Test("are mean, sample deviation and range per rubric, absent types counted as none")
  func numbers() {
    #expect(statistics.rubricCount == 2)
    #expect(statistics[.suggest].mean == 3)
    #expect(statistics[.suggest].sampleDeviation == 2.0.squareRoot())
    #expect(statistics[.suggest].minimum == 2 && statistics[.suggest].maximum == 4)
    #expect(statistics[.pitfall].mean == 0 && statistics[.pitfall].zeroCount == 2)
    #expect(statistics[.bonus].mean == 0.5 && statistics[.bonus].zeroCount == 1)
    #expect(statistics[.answer].sampleDeviation == 0)
    #expect(statistics.allItems.mean == 4.5)
    #expect(statistics.words.count == 9 && statistics.words.mean == 2)
  }

  @Test("make a table whose columns are aligned")
  func table() {
    #expect(
      statistics.table == """
        per rubric       mean ± sd  range     none
        SUGGEST        3.00 ± 1.41    2–4    0.0 %
        PITFALL        0.00 ± 0.00    0–0  100.0 %
        BONUS          0.50 ± 0.71    0–1   50.0 %
        ANSWER         1.00 ± 0.00    1–1    0.0 %
        items          4.50 ± 0.71    4–5    0.0 %
        words an item  2.00 ± 0.50    1–3

        """)
  }

  @Test("of nothing, and of one rubric, invent no numbers")
  func empty() {
    #expect(RubricStatistics()[.suggest].mean == nil)
    #expect(RubricStatistics().table.contains("SUGGEST                –      –     –"))
    var one = RubricStatistics()
    one.add(rubricItems(ofText: "<SUGGEST> a"))
    #expect(one[.suggest].mean == 1 && one[.suggest].sampleDeviation == nil)
  }
}
