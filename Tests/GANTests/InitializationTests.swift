import GAN
import Tensor
import Testing

@Suite struct InitializationTests {
  private let kernels = Kernels(.native)

  private func networks(seed: UInt64, threads: Int = 1, shards: Int = 1) throws -> [Network] {
    let pool = Threads(count: threads)
    defer { pool.stop() }
    let engine = Engine(kernels: kernels, threads: pool, peers: SingleRank(shards: shards, kernels: kernels))
    let step = try GANStep(
      ModelSpecification(generator: .preset(.dcgan, width: 32), discriminator: .preset(.dcgan, width: 32)),
      TrainingSpecification(batch: 8, shards: shards, seed: seed), samples: 8, engine: engine)
    return [step.generator, step.discriminator]
  }

  private func values(_ network: Network) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: network.tensors.map { ($0.name, $0.values(in: network.parameters)) })
  }

  /// Mean and deviation of n draws lie within five standard errors, σ/√n and σ/√(2n), of what they are drawn from.
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

  /// No two tensors begin alike, of one network or of both.
  @Test func tensorsDifferFromEachOther() throws {
    let beginnings = try networks(seed: 1).flatMap { network in
      network.tensors.filter { $0.role == .weight }.map { bits(Array($0.values(in: network.parameters).prefix(8))) }
    }
    #expect(beginnings.count == 10)
    #expect(Set(beginnings).count == beginnings.count)
    // Nor do the blocks within a tensor: 4,096 elements on, other numbers.
    let weights = try values(networks(seed: 1)[0])["0.weight"]!
    #expect(weights[0..<8] != weights[4096..<4104])
  }

  @Test func onlyTheSeedDecides() throws {
    let first = try networks(seed: 1).map(values)
    #expect(try networks(seed: 1, threads: 3).map(values) == first)
    #expect(try networks(seed: 1, shards: 4).map(values) == first)
    #expect(try networks(seed: 2).map(values) != first)
  }
}
