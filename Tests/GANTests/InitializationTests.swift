import GAN
import Numerics
import Testing

@Suite struct InitializationTests {
  private let kernels = Kernels(.native)

  private func networks(seed: UInt64, threads: Int = 1, shards: Int = 1) throws -> [Network] {
    let pool = Threads(count: threads)
    defer { pool.stop() }
    let engine = Engine(kernels: kernels, threads: pool, peers: SingleRank(shards: shards, kernels: kernels))
    let step = try GANStep(
      ModelSpecification(
        generator: .preset(.init(.dcgan, width: 32)), discriminator: .preset(.init(.dcgan, width: 32))),
      TrainingSpecification(batch: 8, shards: shards, seed: seed), samples: 8, engine: engine)
    return [step.generator, step.discriminator]
  }

  private func values(_ network: Network) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: network.tensors.map { ($0.name, $0.values(in: network.parameters)) })
  }

  /// Mean and deviation of n draws are within five standard errors, σ/√n and σ/√(2n), of the distribution's.
  @Test func tensorsHaveTheSpecifiedDistribution() throws {
    for network in try networks(seed: 1) {
      for tensor in network.tensors {
        let values = tensor.values(in: network.parameters).map(Double.init)
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        switch tensor.role {
        case .weight:
          #expect(abs(mean) < 5 * 0.02 / count.squareRoot(), "\(network.name).\(tensor.name)")
          #expect(abs(deviation - 0.02) < 5 * 0.02 / (2 * count).squareRoot(), "\(network.name).\(tensor.name)")
        case .scale:
          #expect(abs(mean - 1) < 5 * 0.02 / count.squareRoot(), "\(network.name).\(tensor.name)")
          #expect(abs(deviation - 0.02) < 5 * 0.02 / (2 * count).squareRoot(), "\(network.name).\(tensor.name)")
        default: #expect(mean == 0 && deviation == 0)
        }
      }
      for tensor in network.bufferTensors {
        let start: Float = tensor.role == .runningVariance ? 1 : 0
        #expect(tensor.values(in: network.buffers).allSatisfy { $0 == start })
      }
    }
  }

  /// No two tensors, of one network or of both, begin with the same values.
  @Test func tensorsDifferFromEachOther() throws {
    let beginnings = try networks(seed: 1).flatMap { network in
      network.tensors.filter { $0.role == .weight }.map { bits(Array($0.values(in: network.parameters).prefix(8))) }
    }
    #expect(beginnings.count == 10)
    #expect(Set(beginnings).count == beginnings.count)
    // Nor do two blocks of 4,096 elements within a tensor.
    let weights = try values(networks(seed: 1)[0])["0.weight"]!
    #expect(weights[0..<8] != weights[4096..<4104])
  }

  @Test func onlyTheSeedDecides() throws {
    let first = try networks(seed: 1).map(values)
    #expect(try networks(seed: 1, threads: 3).map(values) == first)
    #expect(try networks(seed: 1, shards: 4).map(values) == first)
    #expect(try networks(seed: 2).map(values) != first)
  }

  /// PyTorch's default: variance bound² / 3 within ±bound = ±1/√fan_in, and the same for its bias. The fan_in of a
  /// transposed convolution counts its output channels.
  @Test func frameworkIsPyTorchsDefault() throws {
    let network = try network(
      [
        .dense(units: 640), .reshape(FeatureShape(channels: 40, height: 4, width: 4)),
        .transposedConvolution(.init(channels: 60, kernel: 5, stride: 2, padding: .same, bias: true)),
      ], .init(weights: .framework, biases: .framework, scaleMean: 1, scaleDeviation: 0))
    for (name, inputs) in [("0.weight", 100.0), ("0.bias", 100), ("2.weight", 1500), ("2.bias", 1500)] {
      let values = try #require(values(network)[name]).map(Double.init)
      let bound = 1 / inputs.squareRoot()
      #expect(values.allSatisfy { abs($0) <= bound } && values.contains { abs($0) > 0.9 * bound }, "\(name)")
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      // The square of a uniform number has the deviation bound² · √(4/45).
      #expect(
        abs(variance - bound * bound / 3) < 5 * bound * bound * (4 / 45 / Double(values.count)).squareRoot(), "\(name)")
    }
  }

  /// A normal distribution truncated at two deviations has 0.880² of the variance.
  @Test func truncatedNormalEndsAtTwoDeviations() throws {
    let network = try network([.dense(units: 2000)], .init(weights: .truncatedNormal(deviation: 0.02)))
    let values = try #require(values(network)["0.weight"]).map(Double.init)
    #expect(values.allSatisfy { abs($0) <= 0.04 })
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    // Five standard errors: with E x⁴ = 1.416 σ⁴ and E x² = 0.774 σ², x² has the deviation 0.904 σ², and its root's is
    // 0.904 / (2 · 0.880) σ.
    #expect(abs(deviation / 0.02 - 0.8796) < 5 * 0.514 / Double(values.count).squareRoot())
    #expect(values.filter { $0 > 0.02 }.count > values.count / 10)
  }

  @Test func denseLayersMayStartOtherwise() throws {
    let network = try network(
      [.dense(units: 2000), .convolution(.init(channels: 9, kernel: 1, padding: 0, bias: false))],
      .init(weights: .normal(deviation: 0.5), dense: .framework))
    #expect(try #require(values(network)["0.weight"]).allSatisfy { abs($0) <= 0.1 })
    #expect(try #require(values(network)["1.weight"]).contains { abs($0) > 0.5 })
  }

  private func network(
    _ layers: [LayerSpecification], _ specification: InitializationSpecification
  ) throws -> Network {
    let engine = Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: kernels))
    let network = try Network(
      name: "test", layers: layers, input: Shape(samples: 1, height: 1, width: 1, channels: 100), groups: 1,
      engine: engine)
    network.initialize(specification, seed: 3, number: 0)
    return network
  }
}
