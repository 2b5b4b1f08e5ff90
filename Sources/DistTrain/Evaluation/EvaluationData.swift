import Foundation
import ImageIO
import ModelFiles
import Tensor

/// The real pictures of a configuration: those that train, and those held out.
struct EvaluationData {
  private let cache: PictureCache
  private let threads: Threads
  /// In the source.
  let training: [Int]
  let heldOut: ImageArray
  /// For people: where the held-out pictures are from.
  let heldOutTitle: String

  /// - Parameter folder: other pictures to hold against, instead of those that the configuration holds out.
  init(_ configuration: Configuration, heldOutFolder folder: String?, threads: Threads, console: Console) throws {
    let settings = configuration.data
    try settings.requirePath()
    let transform = settings.transform(
      size: configuration.model.imageSize, channels: configuration.model.imageChannels)
    func cache(_ source: any ImageSource) -> PictureCache {
      source.notes.forEach(console.note)
      return PictureCache(
        folder: settings.cacheFolder(environment: ProcessInfo.processInfo.environment), source: source,
        transform: transform, hash: SHA256.imageHash, warn: { console.note($0) })
    }
    let all = cache(try settings.open(seed: configuration.seed, size: configuration.model.imageSize))
    let good =
      settings.onBadImage == .skip
      ? try Self.readable(all, threads, console) : Array(0..<all.source.count)
    let split = DataPartition(images: good.count, validation: settings.validation, seed: configuration.seed)
    if let folder {
      let others = cache(try FolderSource(folder: folder))
      heldOut = try Self.images(Array(0..<others.source.count), others, threads)
      heldOutTitle = folder
    } else {
      heldOut = try Self.images(split.heldOut.map { good[$0] }, all, threads)
      heldOutTitle = "data.validation \(settings.validation)"
    }
    guard heldOut.count > 1, !split.training.isEmpty else {
      throw UserFacingError(
        code: .usage,
        message:
          "found \(heldOut.count) pictures held out and \(split.training.count) to train on, expected two at least "
          + "and one; set data.validation as the training had it (0.1 holds out a tenth), or give --heldout FOLDER")
    }
    (self.cache, self.threads) = (all, threads)
    training = split.training.map { good[$0] }
  }

  /// Of the training pictures those at `places`.
  func trainingImages(_ places: some Sequence<Int>) throws -> ImageArray {
    try Self.images(places.map { training[$0] }, cache, threads)
  }

  private static func images(_ indices: [Int], _ cache: PictureCache, _ threads: Threads) throws -> ImageArray {
    let transform = cache.transform
    var values = [Float](repeating: 0, count: indices.count * transform.byteCount)
    var failures = [ImageError?](repeating: nil, count: indices.count)
    values.withUnsafeMutableBufferPointer { values in
      failures.withUnsafeMutableBufferPointer { failures in
        threads.forEach(indices.count) { place, _ in
          withUnsafeTemporaryAllocation(of: UInt8.self, capacity: transform.byteCount) { bytes in
            do throws(ImageError) {
              _ = try cache.load(indices[place], into: bytes)
              let target = values.baseAddress! + place * transform.byteCount
              ImageArray.convert(UnsafeBufferPointer(bytes), channels: transform.channels, into: target)
            } catch { failures[place] = error }
          }
        }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    return ImageArray(
      count: indices.count, channels: transform.channels, height: transform.size, width: transform.size, values: values)
  }

  /// The images that training would not leave out.
  private static func readable(_ cache: PictureCache, _ threads: Threads, _ console: Console) throws -> [Int] {
    var failures = [ImageError?](repeating: nil, count: cache.source.count)
    failures.withUnsafeMutableBufferPointer { failures in
      threads.forEach(cache.source.count) { index, _ in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: cache.transform.byteCount) { bytes in
          do throws(ImageError) { _ = try cache.load(index, into: bytes) } catch { failures[index] = error }
        }
      }
    }
    let bad = failures.compactMap { $0 }
    if let failure = bad.first(where: \.isSystemError) { throw failure }
    if !bad.isEmpty { console.note("left out \(bad.count) images that cannot be read, as the training does") }
    return failures.indices.filter { failures[$0] == nil }
  }
}
