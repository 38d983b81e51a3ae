import Judging
import Rubrics
import Steps
import Testing

@Suite("The equation judge")
struct EquationJudgeTests {
  private let judge = EquationJudge(unattempted: .order)

  @Test(
    "finds a calculation however it is written",
    arguments: [
      "He has 3*4 = 12.", "4 × 3 = 12 apples", "12 = 3*4", "$3 x 4 = $12", "3 * 4 = <<3*4=12>>12",
      "3 * 4 = 10 + 2 = 12", "10 + 2 = 3 * 4", #"\(3 \times 4 = 12\)"#, "3*4 + 5 = 17",
    ])
  func findsEqualCalculations(step: String) {
    #expect(
      judge.brief(request([(.suggest, "Computes 3 * 4 = 12.")], steps: ["Nothing.", step]))
        == ["1+2"], "\(step)")
  }

  @Test(
    "does not take another calculation, or another result, for the item's",
    arguments: [
      "3 + 4 = 7", "2 * 6 = 12", "3 * 4 = 13", "12 apples", "3, 4 and 12", "3*4 + 5 = 18",
    ])
  func refusesOthers(step: String) {
    #expect(
      judge.brief(request([(.suggest, "Computes 3 * 4 = 12.")], steps: ["Nothing.", step]))
        .allSatisfy { $0.hasPrefix("1-") }, "\(step)")
  }

  @Test("takes the first of several steps, and reads chains in the item")
  func takesTheFirst() {
    let steps = ["5 + 5 = 10", "3 * 4 = 12", "again 3 * 4 = 12"]
    #expect(judge.brief(request([(.suggest, "3 * 4 = 12")], steps: steps)) == ["1+2"])
    #expect(judge.brief(request([(.suggest, "6 * 2 = 3 * 4 = 12")], steps: steps)) == ["1+2"])
  }

  @Test(
    "finds nothing in a thought",
    arguments: [
      "<think>\n### Step 1: hmm, 3 * 4 = 12\n</think>\n", "[THINK]3 * 4 = 12[/THINK]",
      "3 * 4 = 12</think>",
    ])
  func thoughtsStateNothing(thought: String) {
    func verdicts(_ response: String) -> [String] {
      judge.brief(
        RubricQuestion(
          problem: "", rubric: [RubricItem(id: 1, type: .suggest, text: "Computes 3 * 4 = 12.")],
          response: response, steps: Steps.steps(of: response, style: .headers)))
    }
    #expect(verdicts(thought + "### Step 1: a\n5 + 5 = 10") == ["1-1"])
    #expect(verdicts(thought + "### Step 1: a\n### Step 2: 3 * 4 = 12") == ["1+2"])
    #expect(verdicts(thought) == ["1-(-1)"])
  }

  @Test("wants all of an item's calculations, and ties it to the step of the last")
  func wantsAll() {
    let item = (RubricItemType.suggest, "Computes 3*4 = 12 and 5 + 5 = 10.")
    #expect(judge.brief(request([item], steps: ["5+5=10", "x", "3*4=12"])) == ["1+3"])
    #expect(judge.brief(request([item], steps: ["5+5=10", "x"])) == ["1-1"])
  }

  @Test("passes over what an item says should have been done instead")
  func contrasts() {
    let item = (RubricItemType.pitfall, "Adds 12 + 7 = 19 instead of 12 - 7 = 5.")
    #expect(judge.brief(request([item], steps: ["12 + 7 = 19"])) == ["1+1"])
    #expect(judge.brief(request([item], steps: ["12 - 7 = 5"])) == ["1-1"])
    let before = (RubricItemType.pitfall, "Instead of subtracting, adds 12 + 7 = 19.")
    #expect(judge.brief(request([before], steps: ["12 + 7 = 19"])) == ["1+1"])
  }

  @Test("reads a calculation without a result as its exact value")
  func calculationsWithoutResult() {
    let item = (RubricItemType.suggest, "Multiplies 3 * 4.")
    #expect(judge.brief(request([item], steps: ["3*4=12"])) == ["1+1"])
    #expect(judge.brief(request([item], steps: ["3*4=13"])) == ["1-1"])
  }

  @Test("gives no verdict on an item that states no calculation, and none at all where none does")
  func noVerdictWithoutCalculation() {
    let items: [(RubricItemType, String)] = [
      (.suggest, "Understands the question."), (.suggest, "Computes 3*4 = 12."),
      (.answer, "States 3 * 4 = 12 as the answer."),
    ]
    #expect(judge.brief(request(items, steps: ["3*4 = 12"])) == ["2+1"])
    #expect(judge.brief(request([items[0]], steps: ["3*4 = 12"])).isEmpty)
  }

  @Test("finds what is stated as a stage of a longer calculation, or in several")
  func stages() {
    let items: [(RubricItemType, String)] = [
      (.suggest, "60 - 15 = 45"), (.suggest, "45 * 2 = 90"), (.bonus, "90 + 1 = 91"),
    ]
    #expect(judge.brief(request(items, steps: ["(60 - 15)*2 + 1 = 91"])) == ["1+1", "2+1", "3+1"])
    let sum: [(RubricItemType, String)] = [(.suggest, "52 - 8 - 28 = 16")]
    #expect(judge.brief(request(sum, steps: ["8 + 28 = 36", "52 - 36 = 16"])) == ["1+2"])
    // A mistake must be written out.
    let mistake: [(RubricItemType, String)] = [
      (.pitfall, "45 * 2 = 90"), (.pitfall, "60 - 15 = 45"),
    ]
    #expect(judge.brief(request(mistake, steps: ["(60 - 15)*2 = 90"])) == ["1-(-1)", "2+1"])
    // Nothing follows from a calculation that is wrong.
    #expect(judge.brief(request(items, steps: ["(60 - 15)*2 = 91"]))[0] == "1-1")
  }

  @Test("counts what stands outside of all steps as step 0")
  func outsideOfSteps() {
    let items: [(RubricItemType, String)] = [(.suggest, "3*4 = 12"), (.suggest, "5 + 1 = 6")]
    let asked = request(items, steps: ["5 + 1 = 6"], before: "First, 3*4 = 12.\n")
    #expect(judge.brief(asked) == ["1+0", "2+1"])
    #expect(judge.brief(request(items, steps: [], before: "3*4 = 12")) == ["1+0", "2-(-1)"])
  }

  // MARK: Which step an unsatisfied item is about

  @Test("ties an unsatisfied item to the same operation with another result first")
  func sameOperation() {
    let steps = ["10 + 2 = 12", "x", "3 * 4 = 13"]
    #expect(judge.brief(request([(.suggest, "3*4 = 12")], steps: steps)) == ["1-3"])
  }

  @Test("else to another operation on the same numbers")
  func sameNumbers() {
    let steps = ["10 + 2 = 12", "3 + 4 = 7"]
    #expect(judge.brief(request([(.suggest, "3*4 = 12")], steps: steps)) == ["1-2"])
  }

  @Test("else to the same result by another calculation that satisfies no other item")
  func sameResult() {
    let steps = ["6 * 2 = 12", "x", "14 - 2 = 12"]
    #expect(judge.brief(request([(.suggest, "3*4 = 12")], steps: steps)) == ["1-1"])
    let items: [(RubricItemType, String)] = [(.suggest, "6*2 = 12"), (.suggest, "3*4 = 12")]
    #expect(judge.brief(request(items, steps: steps)) == ["1+1", "2-3"])
  }

  @Test("else by its place among the SUGGEST items, if the response has such a step")
  func order() {
    let items: [(RubricItemType, String)] = [
      (.bonus, "100 - 1 = 99"), (.suggest, "1 + 1 = 2"), (.suggest, "3*4 = 12"),
      (.suggest, "20 - 4 = 16"),
    ]
    let asked = request(items, steps: ["1 + 1 = 2", "nothing"])
    #expect(judge.brief(asked) == ["1-1", "2+1", "3-2", "4-(-1)"])
    let none = EquationJudge(unattempted: .none)
    #expect(none.brief(asked) == ["1-1", "2+1", "3-(-1)", "4-(-1)"])
  }

  @Test("counts items without a calculation in the order, too")
  func orderCountsAllItems() {
    let items: [(RubricItemType, String)] = [
      (.suggest, "Reads the problem."), (.suggest, "3*4 = 12"),
    ]
    #expect(judge.brief(request(items, steps: ["x", "y"])) == ["2-2"])
  }

  @Test("ties an avoided mistake to the step that did the right thing with the same numbers")
  func avoidedMistake() {
    let items: [(RubricItemType, String)] = [
      (.suggest, "5 + 7 = 12"), (.suggest, "12 - 7 = 5"),
      (.pitfall, "Adds where it should subtract: 12 + 7 = 19."),
    ]
    #expect(
      judge.brief(request(items, steps: ["5 + 7 = 12", "12 - 7 = 5"])) == ["1+1", "2+2", "3-2"])
    #expect(
      judge.brief(request(items, steps: ["5 + 7 = 12", "12 + 7 = 19"])) == ["1+1", "2-2", "3+2"])
  }

  @Test(
    "ties an avoided mistake or an untaken shortcut to the SUGGEST item with most shared numbers")
  func relatedItem() {
    let items: [(RubricItemType, String)] = [
      (.suggest, "20 - 3 = 17"), (.suggest, "17 - 4 = 13"), (.bonus, "3 + 4 = 7"),
      (.pitfall, "17 * 4 + 1 = 69"), (.pitfall, "1000 + 2000 = 3000"),
    ]
    let verdicts = judge.brief(request(items, steps: ["20 - 3 = 17", "17 - 4 = 13"]))
    #expect(verdicts == ["1+1", "2+2", "3-1", "4-2", "5-(-1)"])
  }

  // MARK: Properties

  @Test("gives the same verdicts whatever the order of operands and the spelling of the steps")
  func isInvariant() {
    let items: [(RubricItemType, String)] = [
      (.suggest, "Computes 12 + 30 = 42."), (.suggest, "Computes 42 * 2 = 84."),
      (.pitfall, "Computes 12 * 30 = 360."),
    ]
    let plain = judge.brief(request(items, steps: ["12 + 30 = 42", "42 * 2 = 84"]))
    let spelt = judge.brief(
      request(items, steps: [#"We get \(30 + 12 = 42\) coins"#, "That is 2 × $42 = $84.00."]))
    #expect(plain == spelt)
  }

  @Test(
    "gives every item at most one verdict, on a step that the response has, 0 or −1",
    arguments: 0..<60)
  func verdictsAreValid(seed: Int) {
    var state = UInt64(seed) &* 2_654_435_769 &+ 1
    func draw(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    func calculation() -> String {
      let (a, b) = (Int(draw(9)) + 1, Int(draw(9)) + 1)
      let result = draw(2) == 0 ? a + b : a * b
      return "\(a) \(draw(2) == 0 ? "+" : "*") \(b) = \(result)"
    }
    let types: [RubricItemType] = [.suggest, .pitfall, .bonus, .answer]
    let items = (0..<8).map { _ in (types[Int(draw(4))], "Computes \(calculation()).") }
    let steps = (0..<Int(draw(6))).map { _ in calculation() + " and " + calculation() }
    let asked = request(items, steps: steps)
    let verdicts = judge.verdicts(on: asked)
    #expect(verdicts.map(\.id) == asked.items.map(\.id), "seed \(seed)")
    #expect(verdicts.allSatisfy { (-1...steps.count).contains($0.step) }, "seed \(seed)")
    #expect(verdicts.allSatisfy { !$0.isSatisfied || $0.step >= 0 }, "seed \(seed)")
    #expect(judge.verdicts(on: asked) == verdicts)
  }

  @Test("replies with its verdicts as JSON, in one call and no measured time")
  func reply() {
    let reply = judge.reply(
      to: request([(.suggest, "3*4 = 12")], steps: ["3*4 = 12"]), fingerprint: "")
    #expect(reply.text == #"[{"id":1,"satisfied":true,"step":1}]"#)
    #expect(reply.outcome == .entries([Verdict(id: 1, isSatisfied: true, step: 1)]))
    #expect(reply.attempts == 1 && reply.latencyMilliseconds == nil)
  }
}
