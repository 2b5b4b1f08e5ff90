import Foundation
import Testing

extension CommandLineTests {
  /// What a rank needs: what --dry-run says before a run and what the kernel has counted after it.
  @Suite struct MemoryTests {
    private static let configuration = """
      name: run
      data: {source: synthetic, synthetic: {count: 96}, image: {size: 64}}
      model: {generator: {width: 32}, discriminator: {width: 32}}
      train: {batch: 48, shards: 8, steps: 2}
      output: {samples: {every: 1, count: 64}, checkpoints: {every: 1}}
      threads: 1

      """

    /// The program itself takes 35 MB of it, the networks 80 to 110.
    @Test(arguments: [nil, 2])
    func theDryRunKnowsThePeak(ranks: Int?) async throws {
      let place = try Workplace(Self.configuration)
      let planned = try await place.run(["run.yaml", "--dry-run"], ranks: ranks, timeout: 120)
      let run = try await place.run(["run.yaml", "--out", "runs"], ranks: ranks, timeout: 120)
      let estimate = try #require(megabytes("memory a rank: ", planned.output), "\(planned.text)")
      let peak = try #require(
        megabytes("peak memory of a \(ranks == nil ? "process" : "rank"): ", run.output), "\(run.text)")
      let found = "\(ranks ?? 1) ranks: \(estimate) MB planned, \(peak) MB at the peak"
      print(found)
      #expect(peak > 100 && abs(estimate - peak) <= 0.1 * peak, "\(found)")
    }

    /// The number of megabytes that follows `label`.
    private func megabytes(_ label: String, _ output: String) -> Double? {
      let parts = output.components(separatedBy: label)
      guard parts.count == 2 else { return nil }
      return parts[1].split(separator: " ").first.flatMap { Double($0) }
    }
  }
}
