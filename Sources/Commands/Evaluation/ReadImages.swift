import DistTrain
import Files
import ImageIO
import Numerics
import Reporting

/// The good images of a source with the hashes of their files.
struct ReadImages {
  let source: any ImageSource
  let transform: Transform
  let good: [SourceIndex]
  /// Of each good image; empty if none was read.
  let hashes: [ContentHash]

  /// Takes every image for a good one.
  init(unread cache: ImageCache) {
    (source, transform) = (cache.source, cache.transform)
    (good, hashes) = (Array(cache.source.indices), [])
  }

  /// Reads every image once.
  ///
  /// - Parameter skipsBadOnes: whether images that cannot be read are left out, as the training does, or an error.
  init(_ cache: ImageCache, skipsBadOnes: Bool, _ threads: Threads, _ console: Console) throws {
    (source, transform) = (cache.source, cache.transform)
    let progress = console.countProgress("reading images", of: cache.source.count)
    let results = threads.map(cache.source.count) { index, _ -> Result<ContentHash, ImageError> in
      defer { progress.advance() }
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: cache.transform.byteCount) { bytes in
        Result { () throws(ImageError) in try cache.load(SourceIndex(index), into: bytes).hash }
      }
    }
    progress.end()
    var (good, hashes): ([SourceIndex], [ContentHash]) = ([], [])
    for (index, result) in zip(cache.source.indices, results) {
      switch result {
      case .success(let hash):
        good.append(index)
        hashes.append(hash)
      case .failure(let error):
        guard skipsBadOnes, !error.isSystemError else { throw error }
      }
    }
    (self.good, self.hashes) = (good, hashes)
    let bad = results.count - good.count
    if bad > 0 { console.note("left out \(quantity(bad, "image")) that cannot be read, as the training does") }
  }

  /// The hash that a checkpoint has of these images, transformed by `transform`.
  func dataHash(_ transform: Transform) -> String {
    var hash = DataHash()
    for (index, content) in zip(good, hashes) { hash.add(name: source.name(index), content) }
    return hash.finish(transform)
  }

  /// The good images whose files are none of `training`.
  func good(notIn training: [ContentHash], _ console: Console) -> [SourceIndex] {
    let seen = Set(training)
    let unseen = zip(good, hashes).filter { !seen.contains($1) }.map(\.0)
    let copies = good.count - unseen.count
    if copies > 0 {
      console.note(
        "left out \(copies) of the \(quantity(good.count, "image")) of --heldout: they are training images, too")
    }
    return unseen
  }
}
