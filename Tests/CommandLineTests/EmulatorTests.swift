import Foundation
import Testing

extension CommandLineTests {
  /// One binary runs on every CPU of its architecture.
  @Suite struct EmulatorTests {
    private static let emulator = ["qemu-x86_64-static", "qemu-x86_64"].lazy
      .flatMap { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      }
      .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// A Nehalem has no AVX: an instruction of it would end the program. Its bits are those of this CPU's baseline.
    @Test func aStepOnACPUWithoutAVX() async throws {
      guard let emulator = Self.emulator else {
        print("skipped: a step on a CPU without AVX, because there is no qemu-x86_64-static (scripts/setup --tests)")
        return
      }
      guard Program.processorFlags.contains("sse2") else {
        print("skipped: a step on a CPU without AVX, because this is no x86-64")
        return
      }
      let place = try Workplace()
      let arguments = ["run.yaml", "--set", "train.steps=1", "--out"]
      let old = try await place.start(
        arguments + ["old"], emulator: [emulator, "-cpu", "Nehalem"], timeout: 300
      ).outcome()
      #expect(old.code == 0 && old.output.contains("baseline kernels"), "\(old.text)")
      try await place.train(["train.steps=1"], out: "native", environment: ["DISTTRAIN_ISA": "baseline"])
      #expect(try await place.tensorHash(out: "old", step: 1) == place.tensorHash(out: "native", step: 1))
    }
  }
}
