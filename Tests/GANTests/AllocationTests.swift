import GAN
import Numerics
import Testing

/// All memory is planned before the first step: after one batch of each size, a step allocates nothing from the heap or
/// the arena. Functions that replace glibc's malloc in this executable count the allocations.
@Suite(.serialized) struct AllocationTests {
  /// A DCGAN with every order of layers that presets have.
  private static let model = ModelSpecification(
    latent: .init(size: 6),
    generator: .layers([
      .transposedConvolution(.init(channels: 8, kernel: 4, stride: 1, padding: 0, bias: true)), .batchNorm(), .relu,
      .transposedConvolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: false)), .batchNorm(),
      .leakyRelu(slope: 0.1),
      .transposedConvolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: true)), .relu,
      .transposedConvolution(.init(channels: 3, kernel: 4, stride: 2, padding: 1, bias: false)), .tanh,
    ]),
    discriminator: .layers([
      .convolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: true)), .leakyRelu(slope: 0.2),
      .convolution(.init(channels: 8, kernel: 4, stride: 2, padding: 1, bias: false)), .batchNorm(), .tanh,
      .convolution(.init(channels: 8, kernel: 4, stride: 2, padding: 1, bias: false)), .batchNorm(),
      .leakyRelu(slope: 0.2), .convolution(.init(channels: 1, kernel: 4, stride: 1, padding: 0, bias: true)),
    ]),
    image: FeatureShape(channels: 3, height: 32, width: 32))

  @Test func theCounterSeesAnArray() {
    for count in [1, 3] {
      let threads = Threads(count: count)
      defer { threads.stop() }
      let found = allocations(threads) {
        threads.forEach(50) { index, _ in
          withExtendedLifetime([Int](repeating: index, count: 20)) {}
        }
      }
      #expect((50...51).contains(found.calls) && found.largest >= 160, "\(found)")
    }
  }

  @Test(arguments: [(1, 1), (1, 5), (2, 1), (2, 5)], NoisePolicy.allCases)
  func aStepAllocatesNothing(_ test: (threads: Int, shards: Int), noise: NoisePolicy) throws {
    let training = TrainingSpecification(batch: 10, shards: test.shards, rules: .init { $0.noise = noise })
    try expectNoAllocation(Self.model, training, threads: test.threads, shards: test.shards)
  }
}
