import Files
import Foundation
import ImageIO
import ModelFiles
import Numerics
import Reporting

/// The format of generated images.
package enum ImageFormat: String, CaseIterable, Sendable {
  /// A file for each image.
  case png
  /// One array [n, channels, height, width] for all, in the generator's range.
  case npy
}

/// Writes generated images into a folder while they are made.
struct ImageFolder: ~Copyable {
  static let arrayName = "samples.npy"
  static let gridName = "grid.png"

  private let folder: String
  private let format: ImageFormat
  private let count: Int
  private let names: @Sendable (Int) -> String
  private let grid: GridSize?
  private let threads: Threads
  private var array: NPYWriter?
  private var done = 0
  private var gridValues: [Float] = []
  private var shape: Shape?
  private(set) var range = ValueRange()

  /// - Parameters:
  ///   - count: the number of images.
  ///   - names: of the files by the image's index, without extension.
  ///   - grid: of the first images; nil for none.
  init(
    _ folder: String, _ format: ImageFormat, count: Int, grid: GridSize?, threads: Threads,
    names: @escaping @Sendable (Int) -> String
  ) throws {
    (self.folder, self.format, self.count) = (folder, format, count)
    (self.grid, self.names, self.threads) = (grid, names, threads)
    array = nil
    do throws(FileError) { try Folder.create(folder) } catch {
      throw UserFacingError(
        code: .inputOutput, message: "\(folder): cannot make the folder: \(error.reason). Check --out.")
    }
    let files = format == .png ? (0..<count).map { "\(names($0)).png" } : [Self.arrayName]
    MarkedOutput.record(files + (grid == nil ? [] : [Self.gridName]), in: folder, claimingWhole: true)
  }

  mutating func append(_ images: GeneratedImages) throws {
    let shape = images.shape
    if let before = self.shape, before.with(samples: 0) != shape.with(samples: 0) {
      throw UserFacingError(
        code: .badData, message: "the model makes images of \(before), then of \(shape): they must be of one size")
    }
    self.shape = shape
    range.include(images.values)
    switch format {
    case .png: try writeImages(images)
    case .npy:
      if array == nil {
        array = try NPYWriter(
          path: "\(folder)/\(Self.arrayName)", shape: [count, shape.channels, shape.height, shape.width])
      }
      try array?.append(images.channelsFirst)
    }
    if let grid {
      let missing = max(0, grid.count - done)
      gridValues += images.values.prefix(missing * shape.sampleCount)
    }
    done += shape.samples
  }

  /// Completes the array and the grid.
  mutating func finish() throws {
    precondition(done == count, "\(done) of \(count) images")
    try array?.finish()
    if let grid, let shape {
      let shown = Grid(columns: grid.columns).image(
        of: gridValues, shape: shape.with(samples: gridValues.count / shape.sampleCount))
      try Self.write(shown, to: "\(folder)/\(Self.gridName)")
    }
  }

  /// A note about images that were in the folder before and are still there; nil if there are none.
  func othersNote() throws(FileError) -> String? {
    let own = Set((0..<count).map { names($0) + ".png" })
    let marker = FolderMarker(in: folder)
    let others = try Folder.names(in: folder).filter { name in
      // Beside a user's own images only those that disttrain has written are meant.
      guard marker?.covers(name) ?? true else { return false }
      if name == Self.arrayName { return format != .npy }
      if name == Self.gridName { return grid == nil }
      return name.hasSuffix(".png") && (format == .npy || !own.contains(name))
    }.sorted()
    guard let first = others.first, let last = others.last else { return nil }
    let which = others.count == 1 ? first : "\(first) to \(last)"
    return "\(folder) also holds \(quantity(others.count, "file")) of images from before, \(which): remove "
      + "\(others.count == 1 ? "it" : "them") or choose another --out if only the new ones are meant"
  }

  /// Encoded by all threads, written in order.
  private func writeImages(_ images: GeneratedImages) throws {
    let shape = images.shape
    let encoded = threads.map(shape.samples) { [names, done] sample, _ in
      let values = Array(images.values[sample * shape.sampleCount..<(sample + 1) * shape.sampleCount])
      let image = Grid().image(of: values, shape: shape.with(samples: 1))
      return Result { try PNGEncoder.bytes(of: image, path: names(done + sample)) }
    }
    for (sample, bytes) in encoded.enumerated() {
      try AtomicFile.replace("\(folder)/\(names(done + sample)).png", with: bytes.get())
    }
  }

  /// Writes one image as a PNG file.
  static func write(_ image: Image, to path: String) throws {
    try AtomicFile.replace(path, with: PNGEncoder.bytes(of: image, path: path))
  }
}

/// Columns and rows of a grid.
package struct GridSize: Sendable {
  package let columns: Int
  package let rows: Int
  package var count: Int { columns * rows }

  /// Such as `8x8`: columns, then rows; nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let columns = parts[0], let rows = parts[1] else { return nil }
    guard 1...1000 ~= columns, 1...1000 ~= rows else { return nil }
    (self.columns, self.rows) = (columns, rows)
  }
}

extension GeneratedImages {
  /// The values in the order of PyTorch: image, channel, row, column.
  var channelsFirst: [Float] {
    var values = values
    for sample in 0..<shape.samples {
      let start = sample * shape.sampleCount
      for pixel in 0..<shape.area {
        for channel in 0..<shape.channels {
          values[start + channel * shape.area + pixel] = self.values[start + pixel * shape.channels + channel]
        }
      }
    }
    return values
  }
}
