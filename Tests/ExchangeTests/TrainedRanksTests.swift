import Cluster
import GAN
import MPI
import Numerics
import Testing

extension Ranks {
  /// Whole steps over MPI, early exchange and all: what every rank has after them is what one rank alone has.
  @Suite(.serialized) @MainActor
  struct TrainedRanksTests {
    private nonisolated static let model = ModelSpecification(
      latent: .init(size: 6), generator: .preset(.init(.dcgan, width: 4)),
      discriminator: .preset(.init(.dcgan, width: 4)), image: FeatureShape(channels: 3, height: 32, width: 32))

    /// Images of each step's batch; the first is the configured one, short ones leave shards empty.
    private nonisolated static let batches = [[13, 13, 13], [13, 5, 13], [16, 16, 1]]

    @Test(arguments: batches, NoisePolicy.allCases)
    func threeSteps(_ sizes: [Int], _ noise: NoisePolicy) throws {
      try SharedSession.withWorld { world throws in
        let kernels = Kernels(.native)
        let batch = max(sizes[0], world.size)
        let shards = max(8, world.size)
        let plan = try ShardPlan(batch: batch, shards: shards, ranks: world.size)
        let training = TrainingSpecification(batch: batch, shards: shards, seed: 3, rules: .init { $0.noise = noise })
        let job = try MPIJob(world)
        let (own, reports) = try Self.train(
          training, sizes, plan, rank: world.rank, try job.makePeers(plan, kernels: kernels), kernels)
        let (alone, aloneReports) = try Self.train(
          training, sizes, ShardPlan(batch: batch, shards: shards, ranks: 1), rank: 0,
          SingleRank(shards: shards, kernels: kernels), kernels)

        #expect(reports == aloneReports && reports.allSatisfy(\.isFinite))
        for (own, alone) in [(own.generator, alone.generator), (own.discriminator, alone.discriminator)] {
          let parameters = array(own.parameters, own.flatCount)
          #expect(difference(parameters, array(alone.parameters, alone.flatCount)) == nil, "\(own.name)")
          let ranksDiffer = try world.allGather(parameters).contains { difference($0, parameters) != nil }
          #expect(!ranksDiffer, "\(own.name)")
          for (tensor, other) in zip(own.bufferTensors, alone.bufferTensors) {
            let found = difference(tensor.values(in: own.buffers), other.values(in: alone.buffers))
            #expect(found == nil, "\(tensor.name)")
          }
        }
        Self.expectStates(own.trainedGenerator.owned, alone.trainedGenerator.owned)
        Self.expectStates(own.trainedDiscriminator.owned, alone.trainedDiscriminator.owned)
      }
    }

    /// The optimizer's states of this rank's slices are that part of what one rank has.
    private nonisolated static func expectStates(_ own: OwnedParameters, _ alone: OwnedParameters) {
      for (bucket, range) in own.ranges.enumerated() {
        let first = range.lowerBound - alone.ranges[bucket].lowerBound
        for number in type(of: own.optimizer).states.indices {
          let found = array(own.state(number, ofBucket: bucket), range.count)
          #expect(difference(found, array(alone.state(number, ofBucket: bucket) + first, range.count)) == nil)
        }
      }
    }

    private nonisolated static func train(
      _ training: TrainingSpecification, _ sizes: [Int], _ plan: ShardPlan, rank: Int, _ peers: any Peers,
      _ kernels: Kernels
    ) throws -> (GANStep, [StepReport]) {
      let threads = Threads(count: 1)
      defer { threads.stop() }
      let engine = Engine(kernels: kernels, threads: threads, peers: peers)
      let step = try GANStep(model, training, samples: plan.samples(ofRank: rank).count, engine: engine)
      let reports = try sizes.enumerated().map { index, size in
        let batch = plan.localBatch(rank: rank, samples: min(size, plan.batch))
        let images = step.realImages(batch.samples)
        for sample in 0..<batch.samples {
          let values = knownNumbers(images.shape.sampleCount, shard: batch.firstSample + sample, step: index)
          images.sample(sample).update(from: values.map { $0 / 256 }, count: values.count)
        }
        return try step.step(index, batch)
      }
      return (step, reports)
    }
  }
}
