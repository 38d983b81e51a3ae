import Records
import Testing

@Suite("A shard")
struct ShardTests {
  @Test(
    "every problem belongs to exactly one of the parts, and none of the parts is empty",
    arguments: 1...9)
  func parts(count: Int) throws {
    let shards = try (1...count).map { try #require(Shard(number: $0, of: count)) }
    var sizes = [Int](repeating: 0, count: count)
    for number in 0..<1000 {
      let holders = shards.filter { $0.contains(id: "problem-\(number)") }
      try #require(holders.count == 1)
      sizes[holders[0].number - 1] += 1
    }
    // A fair draw; six standard deviations.
    let mean = 1000 / Double(count)
    #expect(sizes.allSatisfy { abs(Double($0) - mean) < 6 * mean.squareRoot() + 1 }, "\(sizes)")
  }

  @Test("what has no identity belongs to the first part")
  func nameless() {
    #expect(Shard(argument: "1/3")?.contains(id: nil) == true)
    #expect(Shard(argument: "2/3")?.contains(id: nil) == false)
  }

  @Test("which problems a part has is the same for ever: runs go on with another version's parts")
  func stable() {
    let ids = ["a", "b", "c", "d", "gsm8k-17", "37"]
    let found = ids.map { id in (1...4).first { Shard(number: $0, of: 4)?.contains(id: id) == true }
    }
    #expect(found == [4, 4, 2, 2, 4, 1])
  }

  @Test(
    "parts that there are not are none",
    arguments: ["0/3", "4/3", "1/0", "x/3", "1", "1/2/3", "/", "-1/2", ""])
  func none(argument: String) { #expect(Shard(argument: argument) == nil) }
}
