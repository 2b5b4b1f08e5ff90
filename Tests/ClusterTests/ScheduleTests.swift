import Cluster
import Configuration
import GAN
import Reporting
import Testing

@Suite struct ScheduleTests {
  private func schedule(
    images: Int, batch: Int, shards: Int, ranks: Int = 1, lastBatch: LastBatch, shuffle: Bool = true,
    steps: Int? = nil, epochs: Int? = 10, batchesPerStep: Int = 1
  ) throws -> EpochSchedule {
    let plan = try ShardPlan(batch: batch, shards: shards, ranks: ranks)
    return try EpochSchedule(
      plan: plan, deal: Deal(images: images, plan: plan, seed: 11, shuffle: shuffle), lastBatch: lastBatch,
      steps: steps, epochs: epochs, batchesPerStep: batchesPerStep)
  }

  /// The whole batch, as the ranks together have it.
  private func batch(_ schedule: inout EpochSchedule, step: Int, update: Int = 0) -> [DealIndex] {
    (0..<schedule.plan.ranks).flatMap { rank in
      schedule.plan.shards(ofRank: rank).flatMap { schedule.images(ofShard: $0, step: step, update: update) }
    }
  }

  private static let vectorNorm = ModelSpecification(
    generator: .layers([
      .dense(units: 192), .batchNorm(.init()), .reshape(FeatureShape(channels: 3, height: 8, width: 8)), .tanh,
    ]), image: FeatureShape(channels: 3, height: 8, width: 8))

  /// A kept last batch of one image would train batch norm of 1×1 maps on a single value.
  @Test func aLastBatchOfOneImage() throws {
    func message(_ images: Int, _ lastBatch: LastBatch = .keep, steps: Int? = nil, epochs: Int? = 1) throws -> String {
      let schedule = try schedule(
        images: images, batch: 8, shards: 4, lastBatch: lastBatch, steps: steps, epochs: epochs)
      do throws(EpochScheduleError) { try schedule.check(Self.vectorNorm) } catch {
        #expect(error.code == .usage)
        return error.message
      }
      return ""
    }
    let found = try message(17)
    #expect(
      found
        == "the data set has 17 images, so that the last batch of an epoch, in batches of 8, has 1 (data.lastBatch "
        + "is keep), expected at least 2: layer 1 of the generator is batchNorm of 192×1×1, a single value per channel, "
        + "which it replaces by a constant; set data.lastBatch to drop or wrap, or change train.batch")
    #expect(try message(1) != "" && message(17, steps: 3) != "" && message(17, steps: .max, epochs: nil) != "")
    #expect(try message(17, steps: 2) == "", "the run ends before it")
    #expect(try message(16) == "" && message(18) == "" && message(17, .drop) == "" && message(17, .wrap) == "")
    let maps = try schedule(images: 17, batch: 8, shards: 4, lastBatch: .keep)
    #expect(throws: Never.self) { try maps.check(ModelSpecification()) }
  }

  static let sizes = [(400, 16, 8), (100, 13, 8), (5, 13, 8), (40, 7, 1), (13, 13, 8), (1, 1, 1), (17, 16, 5)]

  @Test(arguments: sizes)
  func keepShowsEveryImageOnceAnEpoch(images: Int, batch size: Int, shards: Int) throws {
    var schedule = try schedule(images: images, batch: size, shards: shards, lastBatch: .keep)
    #expect(schedule.imagesPerEpoch == images)
    for epoch in 0..<3 {
      let steps = epoch * schedule.batchesPerEpoch..<(epoch + 1) * schedule.batchesPerEpoch
      var seen: [DealIndex] = []
      for step in steps {
        let images = batch(&schedule, step: step)
        #expect(images.count == schedule.place(ofStep: step).samples)
        #expect(schedule.place(ofStep: step).epoch == epoch)
        seen += images
      }
      #expect(seen.sorted() == Array(0..<DealIndex(images)))
    }
  }

  @Test(arguments: sizes.filter { $0.0 >= $0.1 })
  func dropShowsNoImageTwiceAnEpoch(images: Int, batch size: Int, shards: Int) throws {
    var schedule = try schedule(images: images, batch: size, shards: shards, lastBatch: .drop)
    for epoch in 0..<3 {
      let first = epoch * schedule.batchesPerEpoch
      let seen = (first..<first + schedule.batchesPerEpoch).flatMap { batch(&schedule, step: $0) }
      #expect(seen.count == images / size * size && Set(seen).count == seen.count)
      #expect(seen.allSatisfy { (0..<images).contains($0.number) })
    }
  }

  @Test func droppedImagesDifferFromEpochToEpoch() throws {
    var schedule = try schedule(images: 31, batch: 16, shards: 8, lastBatch: .drop)
    let epochs = (0..<6).map { Set(batch(&schedule, step: $0)) }
    #expect(epochs.reduce(Set()) { $0.union($1) }.count > 28)
  }

  @Test(arguments: LastBatch.allCases)
  func shardsShowTheirOwnImagesAtTheirOwnSamples(lastBatch: LastBatch) throws {
    var schedule = try schedule(images: 100, batch: 13, shards: 8, lastBatch: lastBatch)
    for step in 0..<30 {
      let samples = schedule.place(ofStep: step).samples
      for shard in 0..<8 {
        let images = schedule.images(ofShard: shard, step: step)
        #expect(images.count == schedule.plan.samples(ofShard: shard, inBatchOf: samples).count)
        #expect(Set(images).isSubset(of: schedule.deal.images(ofShard: shard)))
      }
    }
  }

  @Test(arguments: LastBatch.allCases)
  func anyRanksHaveTheSameBatches(lastBatch: LastBatch) throws {
    var one = try schedule(images: 100, batch: 13, shards: 8, lastBatch: lastBatch)
    for ranks in [2, 3, 5, 8] {
      var several = try schedule(images: 100, batch: 13, shards: 8, ranks: ranks, lastBatch: lastBatch)
      for step in 0..<30 { #expect(batch(&one, step: step) == batch(&several, step: step)) }
    }
  }

  @Test(arguments: LastBatch.allCases)
  func aRunContinuedInTheMiddleHasTheSameBatches(lastBatch: LastBatch) throws {
    var whole = try schedule(images: 100, batch: 13, shards: 8, lastBatch: lastBatch)
    let expected = (0..<40).map { batch(&whole, step: $0) }
    for start in [1, 7, 8, 11, 25] {
      var continued = try schedule(images: 100, batch: 13, shards: 8, ranks: 3, lastBatch: lastBatch)
      #expect((start..<40).map { batch(&continued, step: $0) } == Array(expected[start...]))
    }
  }

  @Test func epochsAreReordered() throws {
    var schedule = try schedule(images: 32, batch: 16, shards: 2, lastBatch: .drop)
    #expect(batch(&schedule, step: 0) != batch(&schedule, step: 2))
    var ordered = try self.schedule(images: 32, batch: 16, shards: 2, lastBatch: .drop, shuffle: false)
    #expect(batch(&ordered, step: 0) == Array(0..<16 as Range<DealIndex>))
    #expect(batch(&ordered, step: 3) == Array(16..<32 as Range<DealIndex>))
  }

  @Test func wrapFillsFromTheShardsOwnBeginning() throws {
    // Shard 0 holds 0 1 4 5 8, shard 1 holds 2 3 6 7: the third batch lacks one image of shard 0 and two of shard 1.
    var schedule = try schedule(images: 9, batch: 4, shards: 2, lastBatch: .wrap, shuffle: false)
    #expect(schedule.batchesPerEpoch == 3 && schedule.imagesPerEpoch == 12)
    #expect(batch(&schedule, step: 2) == [8, 0, 2, 3])
    #expect(batch(&schedule, step: 3) == [0, 1, 2, 3])
  }

  @Test func wrapRepeatsAShardSmallerThanItsPart() throws {
    var schedule = try schedule(images: 3, batch: 8, shards: 1, lastBatch: .wrap, shuffle: false)
    #expect(batch(&schedule, step: 0) == [0, 1, 2, 0, 1, 2, 0, 1])
  }

  @Test func lengths() throws {
    let drop = try schedule(images: 400, batch: 16, shards: 8, lastBatch: .drop, epochs: 3)
    #expect(drop.totalSteps == 75)
    #expect(try schedule(images: 410, batch: 16, shards: 8, lastBatch: .drop, epochs: 3).totalSteps == 75)
    #expect(try schedule(images: 410, batch: 16, shards: 8, lastBatch: .keep, epochs: 3).totalSteps == 78)
    #expect(try schedule(images: 400, batch: 16, shards: 8, lastBatch: .drop, steps: 20, epochs: 3).totalSteps == 20)
    #expect(try schedule(images: 400, batch: 16, shards: 8, lastBatch: .drop, steps: 99, epochs: 3).totalSteps == 75)
    #expect(try schedule(images: 400, batch: 16, shards: 8, lastBatch: .drop, steps: 99, epochs: nil).totalSteps == 99)
    #expect(try schedule(images: 400, batch: 1, shards: 1, lastBatch: .drop, epochs: .max).totalSteps == .max)
  }

  @Test func countsOfEpochsAndImages() throws {
    let keep = try schedule(images: 410, batch: 16, shards: 8, lastBatch: .keep)
    #expect(keep.imagesSeen(afterSteps: 25) == 400 && keep.epochsDone(afterSteps: 25) == 0)
    #expect(keep.imagesSeen(afterSteps: 26) == 410 && keep.epochsDone(afterSteps: 26) == 1)
    #expect(keep.imagesSeen(afterSteps: 53) == 836 && keep.place(ofStep: 25).samples == 10)
  }

  @Test func severalUpdatesAStepUseABatchEach() throws {
    var single = try schedule(images: 100, batch: 13, shards: 8, lastBatch: .keep)
    var triple = try schedule(images: 100, batch: 13, shards: 8, lastBatch: .keep, epochs: 2, batchesPerStep: 3)
    #expect(triple.totalSteps == 6, "16 batches in steps of 3")
    for step in 0..<6 {
      for update in 0..<3 {
        #expect(batch(&triple, step: step, update: update) == batch(&single, step: 3 * step + update))
      }
    }
    #expect(triple.epochsDone(afterSteps: 2) == 0 && triple.epochsDone(afterSteps: 3) == 1)
    #expect(triple.imagesSeen(afterSteps: 3) == 113)
  }

  @Test func refusals() throws {
    #expect(throws: EpochScheduleError.noImages) { try schedule(images: 0, batch: 4, shards: 2, lastBatch: .keep) }
    #expect(throws: EpochScheduleError.lessThanOneBatch(images: 3, batch: 4)) {
      try schedule(images: 3, batch: 4, shards: 2, lastBatch: .drop)
    }
    #expect(throws: EpochScheduleError.emptyShard(images: 2, needed: 3, shards: 2)) {
      try schedule(images: 2, batch: 4, shards: 2, lastBatch: .wrap)
    }
    #expect(try schedule(images: 3, batch: 4, shards: 2, lastBatch: .wrap).batchesPerEpoch == 1)
    #expect(throws: EpochScheduleError.endless) {
      try schedule(images: 8, batch: 4, shards: 2, lastBatch: .keep, epochs: nil)
    }
    #expect(EpochScheduleError.noImages.code == .badData)
    #expect(EpochScheduleError.lessThanOneBatch(images: 3, batch: 4).message.contains("keep or wrap"))
  }
}
