import Experiments
import Testing

/// Quantiles as `scipy.stats.t.ppf` gives them.
@Test(arguments: [
  (0.975, 1, 12.706204736432095), (0.975, 2, 4.302652729911275), (0.975, 3, 3.182446305284263),
  (0.975, 4, 2.7764451051977987), (0.995, 4, 4.604094871415897), (0.95, 7, 1.894578605061305),
  (0.975, 30, 2.0422724563012373), (0.5, 5, 0),
])
func studentQuantilesAreTheTables(probability: Double, degreesOfFreedom: Int, expected: Double) {
  let found = studentQuantile(probability, degreesOfFreedom: degreesOfFreedom)
  #expect(abs(found - expected) < 1e-9 * max(1, expected))
}

@Test func theIntervalIsStudents() throws {
  // scipy.stats.t.interval(0.95, 4, loc=mean, scale=sem) of 3, 5, 4, 8, 6: 5.2 ± 2.388388.
  let mean = try #require(SeedMean([3, 5, 4, 8, 6]))
  #expect(abs(mean.mean - 5.2) < 1e-12)
  #expect(abs(try #require(mean.margin) - 2.3883884) < 1e-6)
  #expect(mean.isApartFromZero)
  #expect(!(try #require(SeedMean([-1, 2, 0.5])).isApartFromZero))
}

@Test func oneSeedHasNoInterval() throws {
  let mean = try #require(SeedMean([0.25]))
  #expect(mean.margin == nil)
  #expect(!mean.isApartFromZero)
  #expect(SeedMean([]) == nil)
}
