import Testing

extension CommandLineTests {
  /// `disttrain bench` runs to its end, measures every layer, and refuses what it cannot do.
  @Suite struct BenchTests {
    @Test func bothTablesAreMade() async throws {
      let outcome = try await Workplace().run(["bench", "--rounds", "1"])
      #expect(outcome.code == 0, "\(outcome.text)")
      for text in ["in 1 shard", "in 8 shards", "D1 forward", "D5 weights", "G1 forward"] {
        #expect(outcome.output.contains(text), "\(text) in \(outcome.text)")
      }
    }

    @Test func noRoundsAreRefused() async throws {
      let outcome = try await Workplace().run(["bench", "--rounds", "0"])
      #expect(outcome.code == 64, "\(outcome.text)")
    }
  }
}
