import Cluster
import ClusterTestSupport
import DistTrain
import Foundation
import ImageIO
import Numerics
import Testing

@Suite struct ImageSetTests {
  /// Grey images of one value each, some of which cannot be read.
  struct GreyImages: ImageSource {
    var count = 29
    var value: @Sendable (Int) -> UInt8 = { UInt8($0) }
    var bad: Set<Int> = []
    var isDiskBad = false
    var prefix = "image "

    var manifest: [UInt8] { [] }
    func name(_ index: SourceIndex) -> String { prefix + "\(index)" }
    func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
      guard !bad.contains(index.number) else {
        throw isDiskBad
          ? .unreadable(path: name(index), operation: "read", code: EIO)
          : .damaged(path: name(index), format: "PNG", reason: "no\nend")
      }
      let image = Image(width: 4, height: 4, channels: 1, filledWith: value(index.number))
      var traits = ImageTraits(colours: index.number % 4 == 0 ? .displayP3 : index.number == 7 ? .other : nil)
      traits.insert(index.number % 3 == 0 ? .transparent : .turned)
      return SourceImage(image: image, bytes: [value(index.number)], traits: traits)
    }
  }

  private static func load(
    _ source: GreyImages, _ job: any Job, batch: Int = 8, shards: Int = 8, size: Int = 4, validation: Double = 0,
    skips: Bool = false, threads: Int = 1
  ) throws -> ImageSet {
    let threads = Threads(count: threads)
    defer { threads.stop() }
    let cache = ImageCache(
      folder: nil, source: source, transform: Transform(size: size, channels: 1),
      hash: { bytes in Array(repeating: UInt8(bytes.count), count: 31) + [bytes[0]] }, warn: { _ in })
    let plan = try ShardPlan(batch: batch, shards: shards, ranks: job.size)
    return try ImageSet.load(
      cache, plan: plan, seed: 3, shuffle: true, validation: validation, skipsBadImages: skips, job: job,
      threads: threads
    ) { _ in nil }
  }

  private static func hash(_ source: GreyImages, batch: Int = 8, shards: Int = 8, size: Int = 4) throws -> String {
    try load(source, SingleProcess(), batch: batch, shards: shards, size: size).hash
  }

  /// As anybody can compute it who reads the images, and as older checkpoints have it (computed by Python's hashlib).
  @Test func theHashIsThatOfNamesAndContents() throws {
    let set = try Self.load(GreyImages(), SingleProcess(), validation: 0.3)
    func hash(_ count: Int, _ transform: Transform) -> String {
      var hash = DataHash()
      for image in (0..<count).reversed() {
        hash.add(name: "image \(image)", ContentHash([UInt8](repeating: 1, count: 31) + [UInt8(image)]))
      }
      return hash.finish(transform)
    }
    #expect(hash(29, Transform(size: 4, channels: 1)) == set.hash)
    #expect(
      hash(3, Transform(size: 4, channels: 1, reading: .asStored))
        == "b00e7bd74960f83bb93ac3bbb8ea28dd3048b0936c799b050d7ae7fb991bbb93")
  }

  @Test func theHashDoesNotDependOnWhoHoldsWhat() throws {
    let alone = try Self.hash(GreyImages())
    #expect(alone.count == 64)
    for ranks in [1, 2, 3, 5, 8] {
      let hashes = try ThreadRank.run(ranks) { try Self.load(GreyImages(), $0).hash }.map { try $0.get() }
      #expect(hashes == Array(repeating: alone, count: ranks), "\(ranks) ranks")
    }
    #expect(try Self.hash(GreyImages(), batch: 13, shards: 5) == alone)
  }

  @Test func theHashDependsOnEveryImage() throws {
    let alone = try Self.hash(GreyImages())
    #expect(try Self.hash(GreyImages(value: { $0 == 28 ? 200 : UInt8($0) })) != alone, "content")
    #expect(try Self.hash(GreyImages(prefix: "photograph ")) != alone, "names")
    #expect(try Self.hash(GreyImages(count: 28)) != alone, "number")
    #expect(try Self.hash(GreyImages(), size: 2) != alone, "transform")
    let exchanged = try Self.hash(GreyImages(value: { $0 == 4 ? 5 : $0 == 5 ? 4 : UInt8($0) }))
    #expect(exchanged != alone, "two contents exchanged")
  }

  /// Images 0, 3 … 27, on each rank, held out or not.
  @Test(arguments: [0, 0.25]) func transparentImagesAreCounted(validation: Double) throws {
    for ranks in [1, 2, 3, 8] {
      let counts = ThreadRank.run(ranks) { try Self.load(GreyImages(), $0, validation: validation).transparent }
      #expect(try counts.map { try $0.get() } == Array(repeating: 10, count: ranks))
    }
    #expect(try Self.load(GreyImages(bad: [3, 4]), SingleProcess(), skips: true).transparent == 9)
  }

  /// Images 0, 4 … 28, and image 7.
  @Test(arguments: [0, 0.25]) func foreignColoursAreCounted(validation: Double) throws {
    for ranks in [1, 2, 3, 8] {
      let counts = ThreadRank.run(ranks) { try Self.load(GreyImages(), $0, validation: validation).foreignColours }
      #expect(try counts.map { try $0.get() } == Array(repeating: [.displayP3: 8, .other: 1], count: ranks))
    }
    #expect(try Self.load(GreyImages(bad: [7]), SingleProcess(), skips: true).foreignColours == [.displayP3: 8])
  }

  /// Every rank holds the images of its shards, as floats in [−1, 1].
  @Test func ranksHoldTheirShards() throws {
    let held = ThreadRank.run(3) { job -> [DealIndex: [Float]] in
      let set = try Self.load(GreyImages(value: { $0 == 0 ? 0 : $0 == 1 ? 255 : UInt8($0) }), job)
      let plan = try ShardPlan(batch: 8, shards: 8, ranks: 3)
      let mine = plan.shards(ofRank: job.rank).flatMap(set.deal.images(ofShard:))
      precondition(mine.count == set.count && set.bytes == set.count * 16 && set.deal.images == 29)
      return Dictionary(
        uniqueKeysWithValues: mine.map { image in
          var values = [Float](repeating: .nan, count: 16)
          values.withUnsafeMutableBufferPointer {
            set.copy(image, to: $0.baseAddress!, kernels: Kernels.available[0])
          }
          return (image, values)
        })
    }
    var all: [DealIndex: [Float]] = [:]
    for part in try held.map({ try $0.get() }) { all.merge(part) { _, _ in [] } }
    #expect(
      all.keys.sorted() == Array(0..<29 as Range<DealIndex>), "every image, and none twice: its values would be gone")
    for (image, values) in all {
      let byte = image == 1 ? 255 : Float(image.number)
      #expect(values.count == 16 && values.allSatisfy { $0 == byte / 127.5 - 1 }, "image \(image)")
    }
    #expect(all[0]?.first == -1 && all[1]?.first == 1)
  }

  @Test(arguments: [1, 3, 8])
  func allRanksLeaveOutTheSame(ranks: Int) throws {
    let bad: Set = [2, 3, 11, 28]
    let sets = ThreadRank.run(ranks) { job in
      let set = try Self.load(GreyImages(bad: bad, prefix: "a\n7\ttrue\t"), job, skips: true)
      return (skipped: set.skipped, images: set.deal.images, hash: set.hash, count: set.count)
    }
    let found = try sets.map { try $0.get() }
    for set in found {
      #expect(set.images == 25 && set.skipped.count == 4 && set.hash == found[0].hash)
      for (reason, image) in zip(set.skipped, bad.sorted()) { #expect(reason.hasPrefix("a\n7\ttrue\t\(image):")) }
    }
    #expect(found.reduce(0) { $0 + $1.count } == 25)
  }

  /// Where images before it are bad or held out, an image is still found as itself, on either side of the partition.
  @Test(arguments: [1, 3, 8])
  func imagesAreFoundAmongBadAndHeldOutOnes(ranks: Int) throws {
    let bad: Set = [0, 7, 8, 20]
    let parts = ThreadRank.run(ranks) { job -> [[DealIndex: Int]] in
      let set = try Self.load(GreyImages(bad: bad), job, validation: 0.2, skips: true)
      let shards = try ShardPlan(batch: 8, shards: 8, ranks: ranks).shards(ofRank: job.rank)
      return [set, set.heldOut!].map { side in
        let mine = shards.flatMap(side.deal.images(ofShard:))
        return Dictionary(
          uniqueKeysWithValues: mine.map { ($0, Int(((values(of: $0, in: side)[0] + 1) * 127.5).rounded())) })
      }
    }
    let found = try parts.map { try $0.get() }
    let good = (0..<29).filter { !bad.contains($0) }
    let split = DataPartition(images: good.count, validation: 0.2, seed: 3)
    for (side, images) in [split.training, split.heldOut].enumerated() {
      let all = found.reduce(into: [:]) { $0.merge($1[side]) { _, _ in -1 } }
      #expect(all.count == images.count)
      for (number, image) in images.enumerated() { #expect(all[DealIndex(number)] == good[image.number]) }
    }
  }

  /// Threads share the work in no fixed order; nothing of that shows.
  @Test(arguments: [2, 7]) func threadsChangeNothing(threads: Int) throws {
    let source = GreyImages(count: 200, bad: [3, 77, 78, 199])
    let (one, many) = (
      try Self.load(source, SingleProcess(), skips: true),
      try Self.load(source, SingleProcess(), skips: true, threads: threads)
    )
    #expect(many.skipped == one.skipped && many.skipped.count == 4 && many.hash == one.hash)
    for image in 0..<196 as Range<DealIndex> { #expect(values(of: image, in: many) == values(of: image, in: one)) }
    let message = #expect(throws: AgreedError.self) { try Self.load(source, SingleProcess(), threads: threads) }?
      .message
    let inOrder = /4 of 200 .*\n  image 3:.*\n.*\n  image 77:.*\n.*\n  image 78:.*\n.*\n  image 199:/
    #expect(message?.contains(inOrder) == true, "\(message ?? "")")
  }

  private func values(of image: DealIndex, in set: ImageSet) -> [Float] {
    [Float](unsafeUninitializedCapacity: 16) { values, count in
      set.copy(image, to: values.baseAddress!, kernels: Kernels.available[0])
      count = 16
    }
  }

  @Test func allRanksFailWithTheSameMessage() throws {
    let results = ThreadRank.run(3) { try Self.load(GreyImages(bad: Set(0..<29).subtracting([5])), $0).hash }
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      let message = try #require(error).message
      #expect(error?.code == .badData && message.hasPrefix("28 of 29 images cannot be read:\n  image 0:"))
      #expect(message.contains("image 10:") && !message.contains("image 11:") && message.contains("and 18 more"))
      #expect(message.hasSuffix("data.onBadImage=skip"))
    }
  }

  /// A disk that fails is no bad image: nothing is skipped because of it.
  @Test func aDiskErrorIsNotSkipped() throws {
    let results = ThreadRank.run(2) { try Self.load(GreyImages(bad: [9], isDiskBad: true), $0, skips: true).hash }
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.code == .inputOutput && error?.message.contains("image 9") == true)
    }
  }

  @Test func nothingIsLeft() throws {
    let set = try Self.load(GreyImages(count: 3, bad: [0, 1, 2]), SingleProcess(), skips: true)
    #expect(set.deal.images == 0 && set.skipped.count == 3)
    #expect(throws: EpochScheduleError.noImages) {
      try EpochSchedule(
        plan: ShardPlan(batch: 8, shards: 8, ranks: 1), deal: set.deal, lastBatch: .keep, steps: 1, epochs: nil)
    }
  }
}
