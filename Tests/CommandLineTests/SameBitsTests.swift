import Foundation
import Testing

extension CommandLineTests {
  /// The same configuration gives the same bits on any number of ranks and threads, for given shards and instruction set.
  @Suite struct SameBitsTests {
    /// Settings, and the numbers of ranks to compare with one process without mpirun; one rank under it is in `theWholeRun`.
    struct Case: CustomTestStringConvertible {
      let name: String
      let settings: [String]
      let ranks: [Int]
      var testDescription: String { name }
    }

    private static let cases = [
      Case(name: "unequal shards", settings: ["train.batch=13"], ranks: [3, 8]),
      Case(
        name: "short last batch, six of eight shards empty",
        settings: ["data.synthetic.count=20", "data.lastBatch=keep"], ranks: [3, 8]),
      Case(name: "wrapped last batch", settings: ["data.synthetic.count=20", "data.lastBatch=wrap"], ranks: [3, 8]),
      Case(name: "fresh noise", settings: ["train.noise=fresh"], ranks: [3, 8]),
      Case(
        name: "three updates of D, two of G, dropout",
        settings: [
          "train.noise=fresh", "train.updates={discriminator: 3, generator: 2}", "model.discriminator.dropout=0.3",
          "data.augment={flip: true}",
        ], ranks: [2, 3, 8]),
      Case(
        name: "relativistic pairs, a short last batch",
        settings: [
          "train.noise=fresh", "train.loss={kind: relativistic}", "train.updates.discriminator=2",
          "data.synthetic.count=20", "data.lastBatch=keep",
        ], ranks: [2, 3, 8]),
      Case(
        name: "WGAN with clipping",
        settings: [
          "train.noise=fresh", "train.loss={kind: wgan}", "train.updates.discriminator=2",
          "train.optimizer.discriminator={kind: rmsprop, learningRate: 5e-5}",
        ], ranks: [2, 3, 8]),
      Case(
        name: "WGAN-GP with dropout and noise",
        settings: [
          "train.noise=fresh", "train.loss={kind: wganGP}", "train.updates.discriminator=2",
          "model.discriminator={batchNorm: false, dropout: 0.2, width: 8}", "train.inputNoise=0.1",
        ], ranks: [2, 3, 8]),
      Case(
        name: "held-out images, statistics moved twice, losses recomputed",
        settings: [
          "data.validation=0.25", "train.generatorStatistics=eachUpdate", "output.log.losses=recomputed",
          "output.samples.batchNorm=running",
        ], ranks: [2, 3, 8]),
      Case(
        name: "dropout, noise and random labels",
        settings: [
          "model.discriminator.dropout=0.3", "train.inputNoise=0.1", "train.loss.smoothing={kind: random}",
          "train.loss.discriminator=mean", "train.optimizer.discriminator={kind: adamW, weightDecay: 0.01}",
        ], ranks: [2, 3, 8]),
      Case(
        name: "augmentation", settings: ["data.augment={flip: true, brightness: 0.2, contrast: 0.2}"],
        ranks: [2, 3, 8]),
      Case(
        name: "preset ganlab",
        settings: ["model.generator={preset: ganlab, width: 8}", "model.discriminator={preset: ganlab, width: 8}"],
        ranks: [2, 3, 8]),
      Case(
        name: "preset same5, truncated normal weights",
        settings: [
          "model.generator={preset: same5, width: 4}", "model.discriminator={preset: same5, width: 4}",
          "model.init.weights={truncatedNormal: 0.02}",
        ], ranks: [2, 3, 8]),
      Case(
        name: "two outputs of D, the second by a branch",
        settings: [
          "model.discriminator={layers: [{convolution: {channels: 8, kernel: 4, stride: 2, padding: 1}}, "
            + "{leakyRelu: {slope: 0.2}}, {convolution: {channels: 16, kernel: 4, stride: 2, padding: 1}}, {batchNorm: {}}, "
            + "{leakyRelu: {slope: 0.2}}, {flatten: {}}, {dense: {units: 1}}, {branch: {from: 1}}, {dropout: {rate: 0.2}}, "
            + "{batchNorm: {}}, {flatten: {}}, {dense: {units: 1}}]}"
        ], ranks: [2, 3, 8]),
      Case(
        name: "differentiable augmentation",
        settings: [
          "train.differentiableAugmentation={operations: [color, translation, cutout], probability: 0.6}",
          "train.batch=13",
        ],
        ranks: [2, 3, 8]),
      Case(
        name: "spectral normalization",
        settings: ["model.discriminator={batchNorm: false, spectralNorm: true, width: 8}", "train.loss={kind: hinge}"],
        ranks: [2, 3, 8]),
      Case(name: "grey, three shards", settings: ["data.image.channels=1", "train.shards=3"], ranks: [2, 3]),
    ]

    /// With its threads, checks, samples and metrics.
    @Test func theWholeRun() async throws {
      let place = try Workplace()
      try await place.train(out: "reference")
      let reference = try await place.tensorHash(out: "reference")
      for ranks in [1, 2, 3, 5, 8] {
        try await place.train(out: "np\(ranks)", ranks: ranks)
        #expect(try await place.tensorHash(out: "np\(ranks)") == reference, "\(ranks) ranks")
        #expect(try Self.losses(place, "np\(ranks)") == Self.losses(place, "reference"), "\(ranks) ranks")
        for image in ["000000.png", "000005.png", "real.png"] {
          let own = try place.bytes("np\(ranks)/run/samples/\(image)")
          #expect(try own == place.bytes("reference/run/samples/\(image)"), "\(image) of \(ranks) ranks")
        }
      }
      for ranks in [nil, 3] {
        let out = "threads\(ranks ?? 0)"
        try await place.train(["threads=2"], out: out, ranks: ranks)
        #expect(try await place.tensorHash(out: out) == reference, "two threads, \(ranks ?? 1) ranks")
      }
      let debug = try await place.train(["data.limit=48"], out: "debug", flags: ["--debug"])
      #expect(debug.output.contains("gradients against central differences"))
      #expect(try await place.tensorHash(out: "debug") == reference, "--debug")

      try await place.train(["seed=8"], out: "seed")
      #expect(try await place.tensorHash(out: "seed") != reference, "another seed is another run")
    }

    /// The hash of a run without further settings.
    private static let plain = Task {
      let place = try Workplace()
      try await place.train()
      return try await place.tensorHash()
    }

    @Test(arguments: cases)
    func settings(_ test: Case) async throws {
      let place = try Workplace()
      try await place.train(test.settings, out: "reference")
      let reference = try await place.tensorHash(out: "reference")
      for ranks in test.ranks {
        try await place.train(test.settings, out: "np\(ranks)", ranks: ranks)
        #expect(try await place.tensorHash(out: "np\(ranks)") == reference, "\(ranks) ranks")
        #expect(try Self.losses(place, "np\(ranks)") == Self.losses(place, "reference"), "\(ranks) ranks")
      }
      #expect(try await Self.plain.value != reference, "the settings make a difference")
    }

    @Test func baselineWithinItself() async throws { try await Self.expectItsBits("baseline") }

    @Test(.processor("avx2")) func avx2WithinItself() async throws { try await Self.expectItsBits("avx2") }

    @Test(.processor("avx512f")) func avx512WithinItself() async throws { try await Self.expectItsBits("avx512") }

    /// Expects the same bits on one process and on three ranks, and that these kernels made them.
    private static func expectItsBits(_ set: String) async throws {
      let place = try Workplace()
      let environment = ["DISTTRAIN_ISA": set]
      let outcome = try await place.train(out: "reference", environment: environment)
      #expect(outcome.output.contains("\(set) kernels"), "\(outcome.text)")
      let reference = try await place.tensorHash(out: "reference")
      try await place.train(out: "ranks", ranks: 3, environment: environment)
      #expect(try await place.tensorHash(out: "ranks") == reference)
    }

    /// Every algorithm within itself, and each with bits of its own.
    @Test func algorithms() async throws {
      let place = try Workplace()
      var hashes: [String: String] = [:]
      for algorithm in ["direct", "F2", "F4", "im2col"] {
        let settings = ["kernels.algorithm=\(algorithm)"]
        try await place.train(settings, out: algorithm)
        hashes[algorithm] = try await place.tensorHash(out: algorithm)
        for ranks in [1, 2] {
          try await place.train(settings, out: "\(algorithm)\(ranks)", ranks: ranks)
          #expect(try await place.tensorHash(out: "\(algorithm)\(ranks)") == hashes[algorithm], "\(ranks) ranks")
        }
      }
      #expect(Set(["direct", "F2", "F4"].map { hashes[$0]! }).count == 3, "\(hashes)")
    }

    /// What metrics.jsonl says of the steps, without times.
    private static func losses(_ place: Workplace, _ out: String) throws -> [[String: Double]] {
      let lines = try place.metrics(out: out).map { line in
        line.filter { !$0.key.lowercased().contains("second") }.mapValues { $0 as? Double ?? .nan }
      }
      #expect(lines.count == 5 && lines.allSatisfy { $0["lossD"] != nil && $0.values.allSatisfy(\.isFinite) })
      return lines
    }
  }
}
