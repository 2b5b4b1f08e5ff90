import Foundation
import ModelFiles
import Testing

extension CommandLineTests {
  /// `--trace N`: names and shapes as documented, in sample order whatever the number of ranks.
  @Suite struct TraceTests {
    private func trace(_ place: Workplace, _ out: String) throws -> SafetensorsFile {
      try SafetensorsFile(path: place.file("\(out)/run/trace.safetensors").path)
    }

    @Test func namesAndShapes() async throws {
      let place = try Workplace()
      try await place.train(flags: ["--trace", "3"])
      let file = try trace(place, "runs")
      let state = TensorNames.parameters.merging(TensorNames.buffers) { $1 }
      var expected: [String: [Int]] = ["samples/latent": [8, 100], "samples/images": [8, 3, 32, 32]]
      for (name, shape) in state { expected["initial/\(name)"] = shape }
      for step in 0..<3 {
        expected["step\(step)/real"] = [16, 3, 32, 32]
        expected["step\(step)/latent.discriminator"] = [16, 100]
        expected["step\(step)/latent.generator"] = [16, 100]
        expected["step\(step)/loss"] = [3]
        expected["step\(step)/probability"] = [3]
        for (name, shape) in TensorNames.parameters { expected["step\(step)/gradient/\(name)"] = shape }
        for (name, shape) in state { expected["step\(step)/parameter/\(name)"] = shape }
      }
      #expect(Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) }) == expected)
    }

    /// D's updates, then G's, each with what it has of its own.
    @Test func severalUpdates() async throws {
      let place = try Workplace()
      let settings = [
        "train.noise=fresh", "train.updates={discriminator: 2, generator: 2}", "train.loss={kind: wganGP}",
        "model.discriminator.batchNorm=false", "train.steps=1",
      ]
      for ranks in [1, 3] {
        try await place.train(settings, out: "\(ranks)", ranks: ranks, flags: ["--trace", "1"])
      }
      let file = try trace(place, "1")
      let shapes = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
      for update in 0..<4 {
        let prefix = "step0/update\(update)/"
        let isDiscriminators = update < 2
        #expect(shapes[prefix + "real"] == (isDiscriminators ? [16, 3, 32, 32] : nil))
        #expect(shapes[prefix + "penalty/mix"] == (isDiscriminators ? [16] : nil))
        #expect(shapes[prefix + "penalty/value"] == (isDiscriminators ? [2] : nil))
        #expect(shapes[prefix + "latent.discriminator"] == (isDiscriminators ? [16, 100] : nil))
        #expect(shapes[prefix + "latent.generator"] == (isDiscriminators ? nil : [16, 100]))
        #expect(shapes[prefix + "loss"] == (isDiscriminators ? [2] : [1]))
        #expect((shapes[prefix + "gradient/discriminator.0.weight"] != nil) == isDiscriminators)
        #expect((shapes[prefix + "parameter/generator.0.weight"] != nil) == !isDiscriminators)
      }
      #expect(shapes["step0/real"] == nil)
      let latents = try (0..<4).map { update in
        try file.floats("step0/update\(update)/latent.\(update < 2 ? "discriminator" : "generator")")
      }
      let real = try (0..<2).map { try file.floats("step0/update\($0)/real") }
      #expect(Set(latents).count == 4 && real[0] != real[1])
      let mix = try file.floats("step0/update0/penalty/mix")
      #expect(mix.allSatisfy { (0...1).contains($0) } && Set(mix).count == 16)
      let (one, three) = try (place.bytes("1/run/trace.safetensors"), place.bytes("3/run/trace.safetensors"))
      #expect(one == three)
    }

    /// The values are those of the run: its metrics, its checkpoint, its unchanged bits.
    @Test func values() async throws {
      let place = try Workplace()
      let steps = ["train.steps=3"]
      try await place.train(steps, flags: ["--trace", "3"])
      try await place.train(steps, out: "plain")
      #expect(try await place.tensorHash(step: 3) == place.tensorHash(out: "plain", step: 3), "tracing changes no bit")
      let trace = try trace(place, "runs")
      let checkpoint = try SafetensorsFile(path: place.file(place.checkpoint(step: 3)).path)
      for name in [String](TensorNames.parameters.keys) + TensorNames.buffers.keys {
        #expect(try trace.floats("step2/parameter/\(name)") == checkpoint.floats(name), "\(name)")
        #expect(try trace.floats("step0/parameter/\(name)") != trace.floats("initial/\(name)"), "\(name)")
      }
      for (step, line) in try place.metrics().enumerated() {
        let losses = try trace.floats("step\(step)/loss")
        let probabilities = try trace.floats("step\(step)/probability")
        // The line has all digits of what the trace rounds to single precision.
        let logged = ["lossReal", "lossFake", "lossG", "Dx", "DGz1", "DGz2"].map { line[$0] as? Double ?? .nan }
        let traced = losses + probabilities
        #expect(logged.map { Float($0) } == traced, "step \(step): \(logged), \(traced)")
        // JSONSerialization may be a unit in the last place off for each of the three numbers.
        let sum = logged[0] + logged[1]
        #expect(abs((line["lossD"] as? Double ?? .nan) - sum) <= 2 * sum.ulp)
        let real = try trace.floats("step\(step)/real")
        #expect(real.allSatisfy { abs($0) <= 1 } && Set(real).count > 50)
        let latents = try trace.floats("step\(step)/latent.discriminator")
        let mean = latents.reduce(0, +) / Float(latents.count)
        // 1,600 normal numbers: four standard errors.
        #expect(abs(mean) < 4 / Float(latents.count).squareRoot() && Set(latents).count > 1500)
        #expect(try trace.floats("step\(step)/latent.generator") == latents, "noise: reuse")
      }
      #expect(try trace.floats("samples/images").allSatisfy { abs($0) <= 1 })
      #expect(try trace.floats("step0/real") != trace.floats("step1/real"))
    }

    @Test(arguments: [["train.batch=13"], ["train.noise=fresh", "data.synthetic.count=20", "data.lastBatch=keep"]])
    func theSameOnAnyNumberOfRanks(settings: [String]) async throws {
      let place = try Workplace()
      try await place.train(settings, out: "one", flags: ["--trace", "3"])
      let reference = try place.bytes("one/run/trace.safetensors")
      for ranks in [1, 3, 8] {
        try await place.train(settings, out: "np\(ranks)", ranks: ranks, flags: ["--trace", "3"])
        #expect(try place.bytes("np\(ranks)/run/trace.safetensors") == reference, "\(ranks) ranks")
      }
      if settings.contains("train.noise=fresh") {
        let trace = try trace(place, "one")
        let shape = trace.entry("step1/real")?.shape
        #expect(shape == [4, 3, 32, 32], "the short batch")
        #expect(try trace.floats("step0/latent.generator") != trace.floats("step0/latent.discriminator"))
      }
    }
  }
}
