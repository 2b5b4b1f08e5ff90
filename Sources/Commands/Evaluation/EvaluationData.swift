import Configuration
import DistTrain
import Files
import Foundation
import ImageIO
import ImageMetrics
import Numerics
import Reporting

/// The real images of a configuration: those that train, and those held out.
struct EvaluationData {
  private let cache: ImageCache
  private let threads: Threads
  let training: [SourceIndex]
  let heldOut: ImageArray
  /// Description of the source of the held-out images.
  let heldOutTitle: String
  /// Bounds the memory for comparing: at most this number of held-out images is used, evenly spaced.
  static let mostHeldOut = 4096

  /// - Parameter folder: held-out images, instead of those of the configuration.
  init(_ configuration: Configuration, heldOutFolder folder: String?, threads: Threads, console: Console) throws {
    let settings = configuration.data
    try settings.requirePath()
    let transform = settings.transform(to: configuration.model.image)
    func cache(_ source: any ImageSource, of origin: String) -> ImageCache {
      source.notes.forEach(console.note)
      return ImageCache(
        folder: settings.cachePlace(environment: ProcessInfo.processInfo.environment), origin: origin, source: source,
        transform: transform, hash: SHA256.imageHash, warn: { console.note($0) })
    }
    let all = cache(
      try settings.open(seed: configuration.seed, for: configuration.model.image), of: settings.path ?? "")
    let good =
      settings.onBadImage == .skip
      ? try Self.readable(all, threads, console) : Array(all.source.indices)
    let split = DataPartition(images: good.count, validation: settings.validation, seed: configuration.seed)
    if let folder {
      let others = cache(try FolderSource(folder: folder), of: folder)
      heldOut = try Self.images(Self.spread(Array(others.source.indices)), others, threads)
      heldOutTitle = folder
    } else {
      heldOut = try Self.images(Self.spread(split.heldOut).map { good[$0] }, all, threads)
      heldOutTitle = "data.validation \(settings.validation)"
    }
    guard heldOut.count > 1, !split.training.isEmpty else {
      throw UserFacingError(
        code: .usage,
        message:
          "found \(counted(heldOut.count, "image")) held out and \(split.training.count) to train on, expected two at "
          + "least and one; set data.validation as the training had it (0.1 holds out a tenth), or give --heldout FOLDER"
      )
    }
    (self.cache, self.threads) = (all, threads)
    training = split.training.map { good[$0] }
  }

  /// Of the training images those at `places`.
  func trainingImages(_ places: some Sequence<Int>) throws -> ImageArray {
    try Self.images(places.map { training[$0] }, cache, threads)
  }

  /// At most `count` of `indices`, evenly: a set may be sorted by class.
  static func spread<Index>(_ indices: [Index], atMost count: Int = mostHeldOut) -> [Index] {
    guard indices.count > count else { return indices }
    return (0..<count).map { indices[$0 * indices.count / count] }
  }

  private static func images(_ indices: [SourceIndex], _ cache: ImageCache, _ threads: Threads) throws -> ImageArray {
    let transform = cache.transform
    var values = [Float](repeating: 0, count: indices.count * transform.byteCount)
    let failures = values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      return threads.map(indices.count) { place, _ -> ImageError? in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: transform.byteCount) { bytes in
          do throws(ImageError) { _ = try cache.load(indices[place], into: bytes) } catch { return error }
          let target = values.baseAddress! + place * transform.byteCount
          ImageArray.convert(UnsafeBufferPointer(bytes), channels: transform.channels, into: target)
          return nil
        }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    return ImageArray(
      count: indices.count, channels: transform.channels, height: transform.height, width: transform.width,
      values: values)
  }

  /// The images that training would not leave out.
  private static func readable(_ cache: ImageCache, _ threads: Threads, _ console: Console) throws -> [SourceIndex] {
    let failures = threads.map(cache.source.count) { index, _ -> ImageError? in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: cache.transform.byteCount) { bytes in
        do throws(ImageError) { _ = try cache.load(SourceIndex(index), into: bytes) } catch { return error }
        return nil
      }
    }
    let bad = failures.compactMap { $0 }
    if let failure = bad.first(where: \.isSystemError) { throw failure }
    if !bad.isEmpty {
      console.note("left out \(counted(bad.count, "image")) that cannot be read, as the training does")
    }
    return cache.source.indices.filter { failures[$0.number] == nil }
  }
}
