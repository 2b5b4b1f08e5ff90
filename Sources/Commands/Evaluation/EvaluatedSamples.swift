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

  /// The model in `file`; nil if it is a folder or an array.
  static func model(in file: ModelFile, kernels: Kernels, threads: Threads) throws -> (any GeneratorModel)? {
    let path = file.path
    guard !isFolder(path), (try? FileContent(path: path))?.format != .npy, !path.lowercased().hasSuffix(".npy") else {
      return nil
    }
    return try openGenerator(file, for: .evaluation, kernels: kernels, threads: threads)
  }

  /// - Parameters:
  ///   - file: a folder of images, an array [n, channels, height, width] in [−1, 1] in a .npy, or the file of `model`.
  ///   - count: use only this number, the first ones; nil for all of a file, and 1,000 of a model.
  ///   - image: the required size and channels.
  ///   - seed: of a model's latents; nil for its own.
  init(
    _ file: ModelFile, _ model: (any GeneratorModel)?, count: Int?, of image: FeatureShape, seed: UInt64?,
    threads: Threads, console: Console
  ) throws {
    let path = file.path
    title = model?.title ?? path
    if let model {
      images = try Self.generated(model, path, count ?? 1000, image, seed, console)
    } else if Self.isFolder(path) {
      images = try EvaluatedFolder(path, of: image, console: console).images(count, threads)
    } else {
      images = try Self.array(path, count, image)
    }
    // Files of images are in the range by their nature.
    if !Self.isFolder(path), let note = ValueRange(images.values).note(on: path) { console.note(note) }
    guard images.count > 1 else {
      throw UserFacingError(
        code: .badData, message: "\(path): found \(quantity(images.count, "image")), expected two at least")
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Throws if `count` images are asked for and fewer are there.
  static func requireCount(_ count: Int?, of available: Int, in path: String) throws(UserFacingError) {
    guard let count, count > available else { return }
    throw UserFacingError(
      code: .usage,
      message: "--count \(count), but \(path) has \(quantity(available, "image")); give at most that number")
  }

  private static func array(_ path: String, _ count: Int?, _ image: FeatureShape) throws -> ImageArray {
    let file = try NPYFile(path: path)
    guard file.shape.count == 4, Array(file.shape.dropFirst()) == [image.channels, image.height, image.width] else {
      throw FileError.unsuitable(
        path: path, found: "an array of shape \(file.shape)",
        expected: "[n, \(image.channels), \(image.height), \(image.width)], as --data's "
          + "images are")
    }
    try requireCount(count, of: file.shape[0], in: path)
    let rows = count ?? file.shape[0]
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

  static func unfit(_ path: String, _ found: String, _ image: FeatureShape) -> UserFacingError {
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
