import Foundation
import Testing

extension CommandLineTests {
  /// What a run would be, without making it.
  @Suite struct DryRunTests {
    /// The networks of the PyTorch DCGAN tutorial have 3,576,704 and 2,765,568 parameters.
    @Test(arguments: [nil, 4])
    func tablesComeFirstAlsoWithoutData(ranks: Int?) async throws {
      let place = try Workplace("{data: {path: absent}, train: {steps: 10}}")
      let outcome = try await place.run(["run.yaml", "--dry-run"], ranks: ranks)
      #expect(outcome.code == 65 && outcome.messages.count == 1, "\(outcome.text)")
      #expect(outcome.errors.contains("absent: no such file or folder"))
      let lines = outcome.output.split(separator: "\n").filter { $0.contains("parameters") }
      #expect(lines.count == 2 && outcome.output.hasPrefix("generator: 1×1×100 → 64×64×3, 3,576,704 parameters"))
      #expect(lines.last?.hasPrefix("discriminator: 64×64×3 → 1×1×1, 2,765,568 parameters") == true)
      let counts = ["819,200", "1,024", "2,097,152", "512", "524,288", "256", "131,072", "128", "3,072"]
      let words = outcome.output.split { $0 == " " || $0 == "\n" }
      for count in counts { #expect(words.contains(Substring(count)), "\(count) in \(outcome.text)") }
    }

    @Test(arguments: [nil, 3])
    func nothingIsWritten(ranks: Int?) async throws {
      let place = try Workplace.withImages()
      let outcome = try await place.run(["run.yaml", "--dry-run", "--out", "runs"], ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.text)")
      #expect(!place.exists("runs") && !place.exists("cache"))
      for text in [
        "61,936 parameters", "11,232 parameters", "20 images, 1 batch of 16 an epoch, 5 steps", "memory a rank",
        "would write to runs/run/", "measured on synthetic images", ranks == 3 ? "3 ranks, " : "1 rank, ",
      ] { #expect(outcome.output.components(separatedBy: text).count == 2, "\(text) once in \(outcome.text)") }
    }

    @Test func algorithmsAreListed() async throws {
      let settings = [
        "kernels.algorithm=F2", "kernels.discriminator.2.weights=F4", "kernels.discriminator.2.forward=im2col",
      ]
      let outcome = try await Workplace().run(["run.yaml", "--dry-run"] + settings.flatMap { ["--set", $0] })
      let lines = outcome.output.split(separator: "\n").filter { $0.contains("convolution") }
      #expect(lines.count == 8, "\(outcome.text)")
      let strided = lines.filter { $0.contains("stride 2") }
      #expect(strided.count == 6 && strided.filter { $0.hasSuffix("  F2") }.count == 5, "\(outcome.text)")
      #expect(strided.contains { $0.hasSuffix("  forward im2col, data F2, weights F4") }, "\(outcome.text)")
      #expect(lines.filter { $0.contains("stride 1") && $0.hasSuffix("  direct") }.count == 2, "\(outcome.text)")
    }

    /// The noise on what D sees has a row of its own; the layers keep their numbers.
    @Test func noiseIsListedByItsSetting() async throws {
      func rows(noise: Double) async throws -> [String] {
        let outcome = try await Workplace().run(["run.yaml", "--dry-run", "--set", "train.inputNoise=\(noise)"])
        let table = outcome.output.components(separatedBy: "discriminator: ").last?.split(separator: "\n") ?? []
        return table.dropFirst().prefix { $0.hasPrefix("  ") }.map { $0.split(separator: " ").joined(separator: " ") }
      }
      let (without, with) = (try await rows(noise: 0), try await rows(noise: 0.1))
      #expect(without.first?.hasPrefix("0 convolution") == true, "\(without)")
      #expect(with.first?.hasPrefix("inputNoise normal noise of standard deviation 0.1 32×32×3 0") == true, "\(with)")
      #expect(Array(with.dropFirst()) == without)
    }

    @Test(arguments: [["--help"], ["train", "--help"], ["--help-hidden"]])
    func helpNamesEveryOption(arguments: [String]) async throws {
      let outcome = try await Workplace().run(arguments)
      #expect(outcome.code == 0)
      for option in ["--resume", "--out", "--set", "--allow-change", "--dry-run", "--debug", "--trace", "--help"] {
        #expect(outcome.output.contains(option), "\(option) in \(outcome.text)")
      }
    }

    @Test func helpIsGivenOnce() async throws {
      let outcome = try await Workplace().run(["--help"], ranks: 3)
      #expect(outcome.code == 0 && outcome.output.components(separatedBy: "USAGE:").count == 2, "\(outcome.text)")
    }
  }
}
