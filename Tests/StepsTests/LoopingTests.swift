import Foundation
import Steps
import TestSupport
import Testing

@Suite("Looping")
struct LoopingTests {
  @Test("agrees with the golden vectors")
  func golden() throws {
    let cases = try Fixtures.golden("looping").filter {
      ($0["input"] as? [String: Any])?["kind"] as? String == "looping"
    }
    #expect(cases.count == 24)
    for item in cases {
      let name = try #require(item["name"] as? String)
      let input = try #require(item["input"] as? [String: Any])
      let expected = try #require(item["expected"] as? [String: Any])
      let looping = Looping(try #require(input["text"] as? String))
      #expect(looping.selfCorrectionCount == expected["self_correction_count"] as? Int, "\(name)")
      #expect(looping.firstStepCount == expected["step1_count"] as? Int, "\(name)")
      #expect(looping.headingCount == expected["headings"] as? Int, "\(name)")
      #expect(looping.paragraphCount == expected["paragraphs"] as? Int, "\(name)")
      #expect(
        looping.duplicateParagraphCount == expected["duplicate_paragraphs"] as? Int, "\(name)")
      #expect(looping.repeatsHeading == expected["crit_iii"] as? Bool, "\(name)")
      let ratio = try #require(expected["duplicate_ratio"] as? Double)
      #expect(abs(looping.duplicateRatio - ratio) < 1e-9, "\(name)")
      #expect(looping.isLooping == expected["looping"] as? Bool, "\(name)")
    }
  }

  @Test("steps that a thought drafts are not written twice")
  func draftedSteps() {
    let answer = "### Step 1: a\n\n### Step 2: b"
    #expect(!Looping("<think>\n\(answer)\n\nwell\n</think>\nSo:\n\(answer), then").isLooping)
    #expect(Looping("\(answer)\n\(answer)").isLooping)
  }

  @Test(
    "is found in a megabyte without hanging",
    arguments: ["wait ", "###", "### Step 1", "\n\na", "a"])
  func survivesLongText(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    let start = ContinuousClock.now
    _ = Looping(text)
    // Ten minutes are no speed limit: quadratic work on a megabyte would take days.
    #expect(ContinuousClock.now - start < .seconds(600))
  }
}
