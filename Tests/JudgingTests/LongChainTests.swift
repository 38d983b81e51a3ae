import Judging
import Rubrics
import Steps
import Testing

@Suite("Long chains a = b = c …")
struct LongChainTests {
  @Test("every link is looked at once, however long the chain", arguments: [0, 1, 10, 100, 1000])
  func looksOnce(count: Int) {
    var looks = 0
    // The worst cases: no link is plain, and none fails.
    let outlook = ChainOutlook(
      count: count,
      isPlain: { _ in
        looks += 1
        return false
      },
      holds: { _ in
        looks += 1
        return true
      })
    #expect(outlook.lastPlain == nil && outlook.firstHolding == 0)
    #expect(looks == 2 * count)
  }

  @Test("what links come to")
  func outlook() {
    func outlook(plain: Set<Int>, failing: Set<Int>) -> [Int?] {
      let outlook = ChainOutlook(
        count: 4, isPlain: plain.contains, holds: { !failing.contains($0) })
      return [outlook.lastPlain, outlook.firstHolding]
    }
    #expect(outlook(plain: [0, 2], failing: [1]) == [2, 2])
    #expect(outlook(plain: [3], failing: []) == [3, 0])
    #expect(outlook(plain: [], failing: [0, 3]) == [nil, 4])
  }

  @Test("every link of a chain states its result, and the chain's")
  func longChain() {
    let judge = EquationJudge(unattempted: .none)
    let count = 400
    let chain = (0..<count).map { "1 + \($0) - \($0)" }.joined(separator: " = ")
    func brief(_ response: String, _ item: String) -> [String] {
      judge.brief(request([(.suggest, item)], steps: [response]))
    }
    let last = "1 + \(count - 1) - \(count - 1)"
    #expect(brief(chain, "Computes \(last) = 1.") == ["1+1"])
    #expect(brief(chain + " = 1", "Computes 1 + 7 - 7 = 1.") == ["1+1"])
  }
}
