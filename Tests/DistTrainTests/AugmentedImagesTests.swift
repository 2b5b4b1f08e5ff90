import Cluster
import ClusterTestSupport
import DistTrain
import ImageIO
import Numerics
import Testing

@Suite struct AugmentedImagesTests {
  /// Four pixels a side: image i is i in its left column, 100 + i in the others.
  private struct GreyImages: ImageSource {
    let count = 40
    var manifest: [UInt8] { [] }
    func name(_ index: SourceIndex) -> String { "image \(index)" }
    func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
      let pixels = (0..<16).map { UInt8($0 % 4 == 0 ? index.number : 100 + index.number) }
      return SourceImage(image: Image(width: 4, height: 4, channels: 1, pixels: pixels), bytes: pixels)
    }
  }

  private func images(_ job: any Job) throws -> ImageSet {
    let threads = Threads(count: 1)
    defer { threads.stop() }
    let cache = ImageCache(
      folder: nil, source: GreyImages(), transform: Transform(size: 4, channels: 1),
      hash: { Array(repeating: $0[0], count: 32) }, warn: { _ in })
    let plan = try ShardPlan(batch: 8, shards: 8, ranks: job.size)
    return try ImageSet.load(
      cache, plan: plan, seed: 3, shuffle: true, skipsBadImages: false, job: job, threads: threads
    ) { _ in nil }
  }

  /// As bytes again.
  private func copy(_ image: DealIndex, _ augmentation: Augmentation, _ set: ImageSet) -> [Int] {
    var values = [Float](repeating: .nan, count: 16)
    let random = RandomStream(seed: 9, purpose: .augmentation, step: 2, sample: image.number)
    values.withUnsafeMutableBufferPointer {
      set.copy(
        image, changedBy: augmentation, random: random, to: $0.baseAddress!, kernels: Kernels.available[0])
    }
    return values.map { Int((($0 + 1) * 127.5).rounded()) }
  }

  @Test func someAreMirroredAndTheSetIsLeftAlone() throws {
    let set = try images(SingleProcess())
    var mirrored = 0
    for image in 0..<40 as Range<DealIndex> {
      let plain = (0..<16).map { $0 % 4 == 0 ? image.number : 100 + image.number }
      let turned = (0..<16).map { $0 % 4 == 3 ? image.number : 100 + image.number }
      let found = copy(image, Augmentation(flip: true, brightness: 0, contrast: 0), set)
      #expect(found == plain || found == turned)
      mirrored += found == turned ? 1 : 0
      #expect(copy(image, .none, set) == plain, "what is held does not change")
    }
    // Four deviations of 40 coins are 13.
    #expect((8...32).contains(mirrored))
  }

  @Test func coloursMove() throws {
    let set = try images(SingleProcess())
    let brightened = (0..<40 as Range<DealIndex>).map {
      copy($0, Augmentation(flip: false, brightness: 0.2, contrast: 0), set)[1]
    }
    #expect(Set(brightened.enumerated().map { $1 - $0 }).count > 10)
    for (image, value) in brightened.enumerated() {
      #expect((Int(0.8 * Float(100 + image)) - 1...Int(1.2 * Float(100 + image)) + 1).contains(value))
    }
  }

  /// The same sample of the same step is the same image, whichever rank holds it.
  @Test(arguments: [2, 3, 8]) func ranksAgree(ranks: Int) throws {
    let augmentation = Augmentation(flip: true, brightness: 0.3, contrast: 0.3)
    let alone = try images(SingleProcess())
    let parts = ThreadRank.run(ranks) { job -> [DealIndex: [Int]] in
      let set = try images(job)
      let plan = try ShardPlan(batch: 8, shards: 8, ranks: ranks)
      let mine = plan.shards(ofRank: job.rank).flatMap(set.deal.images(ofShard:))
      return Dictionary(uniqueKeysWithValues: mine.map { ($0, copy($0, augmentation, set)) })
    }
    var seen = 0
    for part in try parts.map({ try $0.get() }) {
      for (image, values) in part { #expect(values == copy(image, augmentation, alone)) }
      seen += part.count
    }
    #expect(seen == 40)
  }
}
