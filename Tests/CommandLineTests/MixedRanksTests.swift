import Foundation
import Testing

extension CommandLineTests {
  /// Ranks on CPUs of different instruction sets, as `DISTTRAIN_ISA` makes them: they take the lowest.
  @Suite struct MixedRanksTests {
    /// The lower set, the other rank's (nil for this CPU's own), and the CPU's flag that it needs.
    private static let pairs: [(low: String, high: String?, flag: Substring)] = [
      ("baseline", nil, "avx2"), ("baseline", "avx2", "avx2"), ("avx2", "avx512", "avx512f"),
    ].filter { Program.processorFlags.contains($0.flag) }

    /// A rank with each instruction set; nil for the CPU's own.
    private func train(_ sets: [String?], out: String, in place: Workplace) async throws -> Outcome {
      let ranks = sets.map { set in
        ["-n", "1"] + (set.map { ["-x", "DISTTRAIN_ISA=\($0)"] } ?? []) + [Program.path, "run.yaml", "--out", out]
      }
      return try await place.start(command: ["mpirun", "--oversubscribe"] + ranks.joined(separator: [":"])).outcome()
    }

    @Test(arguments: pairs)
    func theLowestIsTaken(low: String, high: String?, flag: Substring) async throws {
      let place = try Workplace()
      try await place.train(out: "alike", environment: ["DISTTRAIN_ISA": low])
      let reference = try await place.tensorHash(out: "alike")
      for (out, sets) in [("first", [low, high]), ("last", [high, high, low])] {
        let outcome = try await train(sets, out: out, in: place)
        #expect(outcome.code == 0 && outcome.output.contains("\(low) kernels"), "\(outcome.text)")
        let notes = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("note: DISTTRAIN_ISA limits ") }
        #expect(notes.count == 1 && notes[0].hasSuffix("all ranks compute with \(low) kernels"), "\(outcome.text)")
        #expect(notes.first?.contains("limits rank \(out == "first" ? 0 : 2) (") == true, "\(outcome.text)")
        #expect(try await place.tensorHash(out: out) == reference, "\(sets)")
      }
    }

    @Test(arguments: [0, 1])
    func anInstructionSetThatIsNoneIsSaidOnce(rank: Int) async throws {
      let place = try Workplace()
      let outcome = try await train(rank == 0 ? ["avx9", nil] : [nil, "avx9"], out: "runs", in: place)
      #expect(outcome.code == 64 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("rank \(rank) ("), "\(outcome.text)")
      #expect(outcome.errors.contains("DISTTRAIN_ISA=avx9: no such instruction set"), "\(outcome.text)")
      #expect(!place.exists("runs"))
    }
  }
}
