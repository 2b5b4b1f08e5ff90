import Foundation
import GAN
import ImageIO
import ImageMetrics
import Numerics
import Reporting

/// The single images in a folder, without the sheets of several images that `generate` and `evaluate` write beside them.
struct EvaluatedFolder {
  private let source: FolderSource
  private let image: FeatureShape
  private let indices: [SourceIndex]

  /// Names of sheets, which are left out if they are of another size than the images.
  private static let sheets: Set = [ImageFolder.gridName, EvaluateProgram.neighboursName]

  /// - Parameter image: the required size and channels.
  init(_ folder: String, of image: FeatureShape, console: Console) throws {
    let array = "\(folder)/\(ImageFolder.arrayName)"
    let onlyArray: UserFacingError? =
      FileManager.default.fileExists(atPath: array)
      ? UserFacingError(code: .badData, message: "\(folder): found an array and no files of images; give \(array)")
      : nil
    // Generated images are those to evaluate.
    do throws(ImageError) { source = try FolderSource(folder: folder, omitting: .system) } catch {
      if case .noImages = error, let onlyArray { throw onlyArray }
      throw error
    }
    self.image = image
    let source = self.source
    source.notes.forEach(console.note)
    indices = source.indices.filter { index in
      let name = source.name(index)
      // What cannot be read fails by name later.
      guard Self.sheets.contains(name), let sheet = try? source.load(index, channels: image.channels).image,
        (sheet.width, sheet.height) != (image.width, image.height)
      else { return true }
      console.note("\(folder)/\(name): left out, a sheet of \(sheet.width)×\(sheet.height) pixels")
      return false
    }
    if indices.isEmpty, let onlyArray { throw onlyArray }
  }

  /// The first `count` images; nil for all.
  func images(_ count: Int?, _ threads: Threads) throws -> ImageArray {
    try EvaluatedSamples.requireCount(count, of: indices.count, in: source.folder)
    let chosen = Array(indices.prefix(count ?? indices.count))
    var values = [Float](repeating: 0, count: chosen.count * image.count)
    let failures = values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      return threads.map(chosen.count) { place, _ -> (any Error)? in
        do {
          let decoded = try source.load(chosen[place], channels: image.channels).image
          guard decoded.width == image.width, decoded.height == image.height else {
            throw EvaluatedSamples.unfit(
              source.path(chosen[place]), "\(decoded.width)×\(decoded.height) pixels", image)
          }
          let target = values.baseAddress! + place * image.count
          decoded.pixels.withUnsafeBufferPointer { ImageArray.convert($0, channels: image.channels, into: target) }
          return nil
        } catch { return error }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    return ImageArray(
      count: chosen.count, channels: image.channels, height: image.height, width: image.width, values: values)
  }
}
