import CAllocationCounter
import GAN
import Synchronization
import Tensor
import Testing

/// Everything is planned before the first step: once batches of each size have been seen, a step takes nothing from the
/// heap, nor from the arena. Counted by the functions that stand before glibc's malloc in this executable.
@Suite(.serialized) struct AllocationTests {
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
    imageSize: 32, imageChannels: 3)

  /// Allocations of this thread and those of `threads` during `body`.
  private func allocations(_ threads: Threads, _ body: () throws -> Void) rethrows -> (calls: Int, largest: Int) {
    func watch(_ isWatched: Int32) {
      // Every thread takes one iteration, since none goes on before all have come.
      let arrived = Atomic<Int>(0)
      threads.forEach(threads.count) { _, _ in
        allocation_counter_watch(isWatched)
        arrived.wrappingAdd(1, ordering: .relaxed)
        while arrived.load(ordering: .relaxed) < threads.count {}
      }
    }
    watch(1)
    allocation_counter_reset()
    try body()
    let found = (allocation_counter_calls(), allocation_counter_largest())
    watch(0)
    return found
  }

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

  /// Swift puts the closure of a loop that threads share on the heap, in 48 bytes (`withoutActuallyEscaping`): the only
  /// thing that more than one thread may add.
  @Test(arguments: [(1, 1), (1, 5), (2, 1), (2, 5)], NoisePolicy.allCases)
  func aStepAllocatesNothing(_ test: (threads: Int, shards: Int), noise: NoisePolicy) throws {
    let (count, shards) = test
    let kernels = Kernels(.native)
    let threads = Threads(count: count)
    defer { threads.stop() }
    let engine = Engine(kernels: kernels, threads: threads, peers: SingleRank(shards: shards, kernels: kernels))
    let training = TrainingSpecification(batch: 10, shards: shards, noise: noise)
    let step = try GANStep(Self.model, training, samples: 10, engine: engine)
    let batches = [10, 3].map { samples in
      LocalBatch(
        firstSample: 0, shardSizes: shardSizes(samples, batch: 10, shards: shards, in: 0..<shards),
        globalSamples: samples)
    }
    let images = step.realImages(10)
    images.data.update(from: normals(images.shape.count, seed: 1, deviation: 0.5), count: images.shape.count)
    for batch in batches { _ = try step.step(0, [batch]) { _, _ in } }
    let planned = engine.arena.bytes
    for batch in batches + batches.reversed() {
      let alone = [batch]
      let found = try allocations(threads) { _ = try step.step(1, alone) { _, _ in } }
      if count == 1 {
        #expect(found.calls == 0, "\(batch.samples) samples")
        if found.calls > 0 { allocation_counter_report() }
      } else {
        #expect(found.largest <= 48, "\(batch.samples) samples")
        if found.largest > 48 { allocation_counter_report() }
      }
    }
    #expect(engine.arena.bytes == planned)
  }
}
