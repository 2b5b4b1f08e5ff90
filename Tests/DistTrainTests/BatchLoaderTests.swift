import Cluster
import ClusterTestSupport
import Configuration
import DistTrain
import GAN
import ImageIO
import Numerics
import Testing

/// Which images stand at which sample of each of D's updates, on any number of ranks and wherever a run begins.
@Suite struct BatchLoaderTests {
  /// 29 images, numbered by eighths of their grey, in batches of 8 over five uneven shards.
  private static let (images, batch, shards) = (29, 8, 5)
  private static let rankCounts = [1, 2, 3, 5]
  private static let kernels = Kernels.available[0]

  /// One rank's loader, with room for its part of a batch.
  private final class Rank {
    let loader: BatchLoader
    let schedule: EpochSchedule
    private let arena = Arena()
    private let memory: Tensor

    init(
      _ job: any Job, _ lastBatch: LastBatch, shuffle: Bool, augmentation: Augmentation = .none, batchesPerStep: Int = 1
    ) throws {
      let plan = try ShardPlan(batch: batch, shards: shards, ranks: job.size)
      let threads = Threads(count: 1)
      defer { threads.stop() }
      let cache = ImageCache(
        folder: nil, source: ImageSetTests.GreyImages(count: images, value: { UInt8($0 * 8) }),
        transform: Transform(size: 4, channels: 1),
        hash: { _ in Array(repeating: 0, count: 32) }, warn: { _ in })
      let set = try ImageSet.load(
        cache, plan: plan, seed: 3, shuffle: shuffle, skipsBadImages: false, job: job, threads: threads
      ) { _ in nil }
      schedule = try EpochSchedule(
        plan: plan, deal: set.deal, lastBatch: lastBatch, steps: nil, epochs: 3, batchesPerStep: batchesPerStep)
      loader = BatchLoader(
        schedule, set, rank: job.rank, augmentation: augmentation, seed: 9, kernels: BatchLoaderTests.kernels)
      memory = arena.tensor(Shape(samples: batch, height: 4, width: 4, channels: 1))
    }

    /// This rank's images of one update, from the batch's sample on that is its first.
    func load(_ step: Int, _ update: Int = 0) -> (batch: LocalBatch, images: [[Float]]) {
      memory.values.update(repeating: .nan)
      let local = loader.batches(ofStep: step)[update]
      loader.load(step, update, local, into: memory)
      let images = (0..<batch).map { Array(UnsafeBufferPointer(start: memory.sample($0), count: 16)) }
      precondition(images[local.samples...].joined().allSatisfy(\.isNaN), "nothing behind this rank's samples")
      return (local, Array(images[..<local.samples]))
    }

    /// The images' numbers; each image is one grey all over.
    func numbers(_ step: Int, _ update: Int = 0) -> [Int] {
      load(step, update).images.map { image in
        precondition(image.allSatisfy { $0 == image[0] })
        return Int(((image[0] + 1) * 127.5).rounded()) / 8
      }
    }
  }

  /// What `body` makes of every rank, one after the other as their samples are.
  private static func all<Value: Sendable>(
    _ ranks: Int, _ lastBatch: LastBatch, shuffle: Bool, augmentation: Augmentation = .none, batchesPerStep: Int = 1,
    _ body: @escaping @Sendable (Rank) -> Value
  ) throws -> [Value] {
    try ThreadRank.run(ranks) { job in
      try body(
        Rank(job, lastBatch, shuffle: shuffle, augmentation: augmentation, batchesPerStep: batchesPerStep))
    }.map { try $0.get() }
  }

  /// The whole batch number `index` of the run in the images' own order, by the contract: sample i is of shard ⌊i · 5 / 8⌋,
  /// and position j of the data set goes to the shard of sample j mod 8.
  private static func plainBatch(_ index: Int, _ lastBatch: LastBatch) -> [Int] {
    let whole = images / batch
    let batchesPerEpoch = lastBatch == .drop ? whole : whole + 1
    let place = index % batchesPerEpoch
    let count = lastBatch == .keep && place == whole ? images - whole * batch : batch
    var next = [Int](repeating: 0, count: shards)
    let dealt = (0..<shards).map { shard in (0..<images).filter { $0 % batch * shards / batch == shard } }
    func sample(_ number: Int) -> Int {
      let shard = number * shards / batch
      defer { next[shard] += 1 }
      return dealt[shard][next[shard] % dealt[shard].count]
    }
    for _ in 0..<place { for number in 0..<batch { _ = sample(number) } }
    return (0..<count).map(sample)
  }

  @Test(arguments: LastBatch.allCases, rankCounts)
  func everyStepHasTheContractsImages(lastBatch: LastBatch, ranks: Int) throws {
    let steps = lastBatch == .drop ? 9 : 12
    let found = try Self.all(ranks, lastBatch, shuffle: false) { rank in
      precondition(rank.schedule.totalSteps == steps)
      return (0..<steps).map { rank.numbers($0) }
    }
    for step in 0..<steps {
      #expect(found.flatMap { $0[step] } == Self.plainBatch(step, lastBatch), "step \(step)")
    }
  }

  /// Two updates of D a step: eleven or twelve batches in six steps, so that an epoch may end within a step.
  @Test(arguments: LastBatch.allCases, rankCounts)
  func everyUpdateHasABatchOfItsOwn(lastBatch: LastBatch, ranks: Int) throws {
    let found = try Self.all(ranks, lastBatch, shuffle: false, batchesPerStep: 2) { rank in
      (0..<rank.schedule.totalSteps).map { step in (0..<2).map { rank.numbers(step, $0) } }
    }
    #expect(found[0].count == (lastBatch == .drop ? 5 : 6))
    for step in found[0].indices {
      for update in 0..<2 {
        let batch = found.flatMap { $0[step][update] }
        #expect(batch == Self.plainBatch(2 * step + update, lastBatch), "update \(update) of step \(step)")
      }
    }
  }

  /// Each rank knows its own part: where it begins, each shard's size, and the size of the whole.
  @Test(arguments: rankCounts)
  func eachRankKnowsItsPart(ranks: Int) throws {
    let found = try Self.all(ranks, .keep, shuffle: true) { rank in (0..<4).map { rank.load($0).batch } }
    for step in 0..<4 {
      let count = step == 3 ? Self.images % Self.batch : Self.batch
      let sizes = (0..<Self.shards).map { shard in (0..<count).count { $0 * Self.shards / Self.batch == shard } }
      let parts = found.map { $0[step] }
      #expect(parts.flatMap(\.shardSizes) == sizes)
      #expect(parts.allSatisfy { $0.globalSamples == count })
      var first = 0
      for part in parts where part.samples > 0 {
        #expect(part.firstSample == first)
        first += part.samples
      }
      #expect(first == count)
    }
  }

  /// Every image once an epoch, in an order of its own, the same on any number of ranks.
  @Test func shuffledEpochs() throws {
    let alone = try Self.all(1, .keep, shuffle: true) { rank in (0..<12).map { rank.numbers($0) } }[0]
    let epochs = (0..<3).map { alone[$0 * 4..<$0 * 4 + 4].flatMap { $0 } }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<Self.images)) }
    #expect(Set(epochs).count == 3 && !epochs.contains(Array(0..<Self.images)))
    for ranks in Self.rankCounts {
      let found = try Self.all(ranks, .keep, shuffle: true) { rank in (0..<12).map { rank.numbers($0) } }
      for step in 0..<12 { #expect(found.flatMap { $0[step] } == alone[step], "step \(step) on \(ranks) ranks") }
    }
  }

  private static let change = Augmentation(flip: true, brightness: 0.4, contrast: 0)

  /// Augmented images, too, belong to the sample of the step and not to the rank; each step draws anew.
  @Test func augmentationGoesWithTheSample() throws {
    let alone = try Self.all(1, .wrap, shuffle: true, augmentation: Self.change) { rank in
      (0..<8).map { rank.load($0).images }
    }[0]
    let plain = try Self.all(1, .wrap, shuffle: true) { rank in (0..<8).map { rank.load($0).images } }[0]
    #expect(zip(alone.joined(), plain.joined()).count { $0 != $1 } > 56, "of 64 images, some of which are black")
    for ranks in Self.rankCounts {
      let found = try Self.all(ranks, .wrap, shuffle: true, augmentation: Self.change) { rank in
        (0..<8).map { rank.load($0).images }
      }
      for step in 0..<8 { #expect(found.flatMap { $0[step] } == alone[step], "step \(step) on \(ranks) ranks") }
    }
    #expect(Set(alone.joined().map { $0[0] }).count > 40, "29 images, each changed anew")
  }

  /// A run that goes on within an epoch, or looks at a step again, has the images of one that came there by itself.
  @Test(arguments: LastBatch.allCases)
  func aLoaderBeginsAnywhere(lastBatch: LastBatch) throws {
    for ranks in Self.rankCounts {
      let matches = ThreadRank.run(ranks) { job in
        let whole = try Rank(job, lastBatch, shuffle: true, augmentation: Self.change)
        let steps = whole.schedule.totalSteps
        let images = (0..<steps).map { whole.load($0).images }
        return try [1, 2, 5, 8].allSatisfy { start in
          let continued = try Rank(job, lastBatch, shuffle: true, augmentation: Self.change)
          return (start..<steps).allSatisfy { continued.load($0).images == images[$0] }
            && whole.load(start - 1).images == images[start - 1]
        }
      }
      #expect(try matches.allSatisfy { try $0.get() }, "\(ranks) ranks")
    }
  }
}
