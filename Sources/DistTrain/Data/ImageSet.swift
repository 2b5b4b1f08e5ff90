import Cluster
import Files
import ImageIO
import Numerics
import Reporting

/// The images of this rank's shards, decoded and in memory as bytes.
package final class ImageSet {
  package let transform: Transform
  package let deal: Deal
  /// Images that could not be read and were left out, by name with the reason; equal on all ranks.
  package let skipped: [String]
  /// Images with transparency in the data set; equal on all ranks.
  package let transparent: Int
  /// The number of images in the data set with colours other than sRGB's, for each of these; equal on all ranks.
  package let foreignColours: [ForeignColours: Int]
  /// Hash of the source bytes of all images of the data set and of the transform; equal on all ranks.
  package let hash: String
  /// The images that are held out, if any.
  package let heldOut: ImageSet?
  /// Where each image of the deal is in `pixels`; the deal counts good images only.
  private let slots: [DealIndex: MemoryIndex]
  private let pixels: DecodedPixels

  private init(
    _ transform: Transform, _ deal: Deal, skipped: [String], traits: TraitCounts, hash: String, heldOut: ImageSet?,
    slots: [DealIndex: MemoryIndex], pixels: DecodedPixels
  ) {
    self.transform = transform
    self.deal = deal
    self.skipped = skipped
    (transparent, foreignColours) = traits
    self.hash = hash
    self.heldOut = heldOut
    self.slots = slots
    self.pixels = pixels
  }

  /// Images that this rank holds, without the held-out ones.
  package var count: Int { slots.count }
  /// Of this rank's images, including the held-out ones.
  package var bytes: Int { pixels.bytes.count }

  /// Writes the image of the deal `image`, which is one of this rank's, as floats in [−1, 1].
  package func copy(_ image: DealIndex, to target: Floats, kernels: Kernels) {
    kernels.signed(target, from: self[image].baseAddress!, count: transform.byteCount)
  }

  /// As `copy`, changed as `augmentation` draws it for one sample of one step, the same on any number of ranks.
  ///
  /// - Parameters:
  ///   - random: of the purpose `.augmentation`, keyed by the step, the update and the index in the global batch.
  package func copy(
    _ image: DealIndex, changedBy augmentation: Augmentation, random: RandomStream, to target: Floats, kernels: Kernels
  ) {
    guard augmentation != .none else { return copy(image, to: target, kernels: kernels) }
    var random = random
    let change = augmentation.draw(&random)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: transform.byteCount) { changed in
      _ = changed.initialize(fromContentsOf: self[image])
      change.apply(to: changed, width: transform.width, channels: transform.channels)
      kernels.signed(target, from: changed.baseAddress!, count: changed.count)
    }
  }

  /// The pixels of one of this rank's images.
  private subscript(image: DealIndex) -> UnsafeBufferPointer<UInt8> {
    guard let slot = slots[image] else { preconditionFailure("image \(image) is another rank's") }
    return UnsafeBufferPointer(pixels[slot])
  }

  /// Deals the images of `cache.source` to the shards and decodes those of this rank, on all its threads. All ranks
  /// leave out the same unreadable images, or fail with the same error. Collective.
  ///
  /// - Parameters:
  ///   - validation: the share of the good images that is held out.
  ///   - progress: gets the number of this rank's images, then advances with each.
  package static func load(
    _ cache: ImageCache, plan: ShardPlan, seed: UInt64, shuffle: Bool, validation: Double = 0, skipsBadImages: Bool,
    job: any Job, threads: Threads, progress: (_ count: Int) -> CountProgress?
  ) throws -> ImageSet {
    var good = Array(cache.source.indices)
    var skipped: [String] = []
    while true {
      let split = DataPartition(images: good.count, validation: validation, seed: seed)
      let deal = Deal(images: split.training.count, plan: plan, seed: seed, shuffle: shuffle)
      let heldDeal = Deal(images: split.heldOut.count, plan: plan, seed: seed, shuffle: false)
      let shards = plan.shards(ofRank: job.rank)
      let (mine, held) = (shards.flatMap(deal.images(ofShard:)), shards.flatMap(heldDeal.images(ofShard:)))
      let sources = mine.map { good[split.training[$0]] } + held.map { good[split.heldOut[$0]] }
      let decoded = decode(sources, cache, threads, job.activity, progress(sources.count))
      let bad = try agree(on: decoded.failures, cache, job)
      if bad.isEmpty {
        let hashes = decoded.contents.map { $0?.hash }
        try ImageAgreement.check(sources, hashes, cache, job: job)
        let hash = try hash(of: sources, hashes, cache, job)
        let traits = try counts(decoded.contents, job)
        func set(_ deal: Deal, _ images: [DealIndex], from first: MemoryIndex, heldOut: ImageSet?) -> ImageSet {
          let slots = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, first.advanced(by: $0)) })
          return ImageSet(
            cache.transform, deal, skipped: skipped, traits: traits, hash: hash, heldOut: heldOut,
            slots: slots, pixels: decoded.pixels)
        }
        let heldOut = split.heldOut.isEmpty ? nil : set(heldDeal, held, from: MemoryIndex(mine.count), heldOut: nil)
        return set(deal, mine, from: 0, heldOut: heldOut)
      }
      // A failing disk does not mean that the image is bad.
      guard skipsBadImages, !bad.contains(where: \.isSystem) else { throw AgreedError(unreadable(bad, of: good.count)) }
      let indices = Set(bad.map(\.index))
      good.removeAll(where: indices.contains)
      skipped += bad.map(\.reason)
    }
  }

  private typealias Failure = (index: SourceIndex, reason: String, isSystem: Bool)

  private static func decode(
    _ images: [SourceIndex], _ cache: ImageCache, _ threads: Threads, _ activity: Activity, _ progress: CountProgress?
  ) -> (pixels: DecodedPixels, contents: [ImageContent?], failures: [Failure]) {
    // A thread writes the images that it decodes.
    nonisolated(unsafe) let pixels = DecodedPixels(images: images.count, ofBytes: cache.transform.byteCount)
    let results = threads.map(images.count) { place, _ in
      defer {
        activity.advance()
        progress?.advance()
      }
      return Result { () throws(ImageError) in try cache.load(images[place], into: pixels[MemoryIndex(place)]) }
    }
    progress?.end()
    let failures: [Failure] = zip(images, results).compactMap { image, result in
      guard case .failure(let error) = result else { return nil }
      return (image, error.description, error.isSystemError)
    }
    return (pixels, results.map { try? $0.get() }, failures)
  }

  private typealias TraitCounts = (transparent: Int, colours: [ForeignColours: Int])

  /// The images of all ranks with each trait. Collective.
  private static func counts(_ contents: [ImageContent?], _ job: any Job) throws -> TraitCounts {
    let transparent = contents.count { $0?.traits.contains(.transparent) == true }
    let own = ForeignColours.allCases.map { colours in contents.count { $0?.traits.colours == colours } }
    let text = ([transparent] + own).map { "\($0)" }.joined(separator: " ")
    var sums = [Int](repeating: 0, count: 1 + own.count)
    for numbers in try job.allGather(text) {
      for (place, number) in numbers.split(separator: " ").enumerated() { sums[place] += Int(number) ?? 0 }
    }
    let colours = zip(ForeignColours.allCases, sums.dropFirst()).filter { $0.1 > 0 }
    return (sums[0], Dictionary(uniqueKeysWithValues: colours))
  }

  /// The bad images of all ranks, in order. Collective.
  private static func agree(on failures: [Failure], _ cache: ImageCache, _ job: any Job) throws -> [Failure] {
    let lines = failures.map { "\($0.index)\t\($0.isSystem)\t\($0.reason)" }.joined(separator: "\0")
    let all = try job.allGather(lines).flatMap { $0.split(separator: "\0") }
    return all.compactMap { line -> Failure? in
      let parts = line.split(separator: "\t", maxSplits: 2)
      guard parts.count == 3, let index = Int(parts[0]) else { return nil }
      return (SourceIndex(index), String(parts[2]), parts[1] == "true")
    }.sorted { $0.index < $1.index }
  }

  private static func unreadable(_ failures: [Failure], of count: Int) -> UserFacingError {
    let shown = failures.prefix(10).map(\.reason).joined(separator: "\n  ")
    let more = failures.count > 10 ? "\n  and \(failures.count - 10) more" : ""
    return UserFacingError(
      code: failures.contains(where: \.isSystem) ? .inputOutput : .badData,
      message: """
        \(failures.count) of \(count) images cannot be read:
          \(shown)\(more)
        Repair or remove them (disttrain data inspect lists them all), or leave them out with --set data.onBadImage=skip
        """)
  }

  /// The hash of all ranks' images. Collective.
  private static func hash(of images: [SourceIndex], _ hashes: [ContentHash?], _ cache: ImageCache, _ job: any Job)
    throws
    -> String
  {
    var own = DataHash()
    for (image, content) in zip(images, hashes) { own.add(name: cache.source.name(image), content!) }
    var whole = DataHash()
    for text in try job.allGather(own.text) { whole.add(text) }
    return whole.finish(cache.transform)
  }
}

/// Memory of decoded images, which training and held-out images share.
private final class DecodedPixels {
  let bytes: UnsafeMutableBufferPointer<UInt8>
  private let memory = Arena()
  private let size: Int

  init(images: Int, ofBytes size: Int) {
    bytes = .init(start: memory.array(images * size, of: UInt8.self), count: images * size)
    self.size = size
  }

  subscript(image: MemoryIndex) -> UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(rebasing: bytes[image.number * size..<(image.number + 1) * size])
  }
}
