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

  /// - Parameters:
  ///   - file: the configuration's name in messages.
  ///   - folder: held-out images, instead of those of the configuration.
  ///   - model: has seen the images that it was trained on; none of them counts as held out.
  init(
    _ configuration: Configuration, named file: String, heldOutFolder folder: String?,
    trainedBy model: (any GeneratorModel)?, threads: Threads, console: Console
  ) throws {
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
    let isRead = settings.onBadImage == .skip || folder != nil || model?.training != nil
    let images =
      isRead
      ? try ReadImages(all, skipsBadOnes: settings.onBadImage == .skip, threads, console)
      : ReadImages(unread: all)
    let choice = HeldOutChoice(configuration, named: file, images, trainedBy: model)
    training = choice.partition.training.map { images.good[$0] }
    if let folder {
      let others = cache(try FolderSource(folder: folder, formats: settings.formats), of: folder)
      let unseen = try ReadImages(others, skipsBadOnes: false, threads, console).good(
        notIn: choice.partition.training.map { images.hashes[$0.number] }, console)
      heldOut = try Self.images(Self.spread(unseen), others, threads)
      heldOutTitle = folder
    } else {
      heldOut = try Self.images(Self.spread(choice.partition.heldOut).map { images.good[$0] }, all, threads)
      heldOutTitle = choice.title
    }
    guard heldOut.count > 1, !training.isEmpty else {
      throw choice.refusal(heldOut: heldOut.count, folder: folder)
    }
    if let note = choice.note, folder == nil || !choice.isOfModel { console.note(note) }
    (self.cache, self.threads) = (all, threads)
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
}
