import DistTrain
import Files
import Foundation
import GAN
import ImageIO
import ImageMetrics
import ModelFiles
import Numerics
import Reporting

/// The images that are evaluated: files of a folder, an array, or the output of a model.
struct EvaluatedSamples {
  let images: ImageArray
  /// Description of their source.
  let title: String
  /// The checkpoint that generated them, if any.
  let checkpoint: CheckpointModel?

  /// - Parameters:
  ///   - file: a folder of images, an array [n, channels, height, width] in [−1, 1] in a .npy, a checkpoint or an ONNX
  ///     file.
  ///   - count: use only this number, the first ones; nil for all of a file, and 1,000 of a model.
  ///   - image: the required size and channels.
  ///   - seed: of a model's latents; nil for its own.
  init(
    _ file: ModelFile, count: Int?, of image: FeatureShape, seed: UInt64?, kernels: Kernels, threads: Threads,
    console: Console
  ) throws {
    let path = file.path
    var isFolder = ObjCBool(false)
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      images = try Self.files(path, count, image, threads)
      (title, checkpoint) = (path, nil)
    } else if path.lowercased().hasSuffix(".npy") {
      images = try Self.array(path, count, image)
      (title, checkpoint) = (path, nil)
    } else {
      let model = try openGenerator(file, kernels: kernels, threads: threads)
      images = try Self.generated(model, path, count ?? 1000, image, seed, console)
      (title, checkpoint) = (model.title, model as? CheckpointModel)
    }
    // Files of images are in the range by their nature.
    if !isFolder.boolValue, let note = ValueRange(images.values).note(on: path) { console.note(note) }
    guard images.count > 1 else {
      throw UserFacingError(
        code: .badData, message: "\(path): found \(counted(images.count, "image")), expected two at least")
    }
  }

  private static func files(
    _ folder: String, _ count: Int?, _ image: FeatureShape, _ threads: Threads
  ) throws -> ImageArray {
    // Generated images are what is asked for.
    let source = try FolderSource(folder: folder, limit: count, omitting: .system)
    var values = [Float](repeating: 0, count: source.count * image.count)
    let failures = values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      return threads.map(source.count) { index, _ -> (any Error)? in
        do {
          let decoded = try source.load(SourceIndex(index), channels: image.channels).image
          guard decoded.width == image.width, decoded.height == image.height else {
            throw Self.unfit(
              "\(folder)/\(source.name(SourceIndex(index)))", "\(decoded.width)×\(decoded.height) pixels", image)
          }
          let target = values.baseAddress! + index * image.count
          decoded.pixels.withUnsafeBufferPointer { ImageArray.convert($0, channels: image.channels, into: target) }
          return nil
        } catch { return error }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    return ImageArray(
      count: source.count, channels: image.channels, height: image.height, width: image.width, values: values)
  }

  private static func array(_ path: String, _ count: Int?, _ image: FeatureShape) throws -> ImageArray {
    let file = try NPYFile(path: path)
    guard file.shape.count == 4, Array(file.shape.dropFirst()) == [image.channels, image.height, image.width] else {
      throw FileError.unsuitable(
        path: path, found: "an array of shape \(file.shape)",
        expected: "[n, \(image.channels), \(image.height), \(image.width)], as --data's "
          + "images are")
    }
    let rows = min(count ?? file.shape[0], file.shape[0])
    let values = try file.rows(0..<rows)
    if let outside = values.first(where: { abs($0) > ValueRange.largest }) {
      throw FileError.unsuitable(path: path, found: "the value \(outside)", expected: "values in [-1, 1]")
    }
    return ImageArray(
      count: rows, channels: image.channels, height: image.height, width: image.width, values: values)
  }

  private static func generated(
    _ model: any GeneratorModel, _ path: String, _ count: Int, _ image: FeatureShape, _ seed: UInt64?,
    _ console: Console
  ) throws -> ImageArray {
    let source = try LatentSource(nil, seed: seed, for: model)
    var values: [Float] = []
    let progress = console.countProgress("generating", of: count)
    for first in stride(from: 0, to: count, by: model.portion) {
      let made = try model.images(of: source.latents(first..<min(count, first + model.portion)))
      let shape = made.shape
      guard FeatureShape(shape) == image else {
        throw unfit(path, "a generator of \(shape.height)×\(shape.width)×\(shape.channels)", image)
      }
      values += made.channelsFirst
      progress.advance(by: shape.samples)
    }
    progress.end()
    return ImageArray(
      count: count, channels: image.channels, height: image.height, width: image.width, values: values)
  }

  private static func unfit(_ path: String, _ found: String, _ image: FeatureShape) -> UserFacingError {
    UserFacingError(
      code: .badData,
      message:
        "\(path): found \(found), expected single images of \(image.width)×\(image.height) pixels, as --data's are")
  }
}

extension ImageArray {
  /// One image's numbers with the channels last.
  func copy(_ index: Int, channelsLast target: Floats) {
    let area = height * width
    let source = index * imageSize
    for channel in 0..<channels {
      for pixel in 0..<area { target[pixel * channels + channel] = values[source + channel * area + pixel] }
    }
  }

  /// Bytes of an image, channels last, as numbers in [−1, 1], channels first.
  static func convert(_ bytes: UnsafeBufferPointer<UInt8>, channels: Int, into target: UnsafeMutablePointer<Float>) {
    let area = bytes.count / channels
    for pixel in 0..<area {
      for channel in 0..<channels {
        target[channel * area + pixel] = Float(bytes[pixel * channels + channel]) / 127.5 - 1
      }
    }
  }
}
