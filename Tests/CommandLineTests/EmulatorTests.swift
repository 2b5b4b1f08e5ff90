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
    @Test(
      .enabled(if: emulator != nil, "there is no qemu-x86_64-static, which scripts/setup --tests installs"),
      .processor("sse2"))
    func aStepOnACPUWithoutAVX() async throws {
      let emulator = try #require(Self.emulator)
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
