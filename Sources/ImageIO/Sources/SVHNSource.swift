import Synchronization

/// The cropped digits of SVHN (Netzer et al. 2011), such as `train_32x32.mat`: colour, 32×32 pixels.
///
/// Opening checks the file's header and the array's size; the pixels are read when the first image is loaded.
package final class SVHNSource: ImageSource {
  package static let side = 32
  private static let channels = 3

  /// Path of the MATLAB file.
  package let path: String
  package let count: Int
  package let manifest: [UInt8]
  private let array: MATArray
  private let pixels = Mutex<[UInt8]?>(nil)

  /// - Parameters:
  ///   - path: the MATLAB file, or the folder of the published files.
  ///   - split: the published file to read.
  ///   - limit: only this number of images, the first ones.
  package init(path: String, split: DataSplit = .train, limit: Int? = nil) throws(ImageError) {
    let file = try PublishedFile(["\(split.rawValue)_32x32.mat"], in: path)
    array = try MATArray(named: "X", in: file)
    guard array.sizes.prefix(3) == [Self.side, Self.side, Self.channels] else {
      throw .unexpectedContent(
        path: file.path, found: "an array X of \(array.sizes.map(String.init).joined(separator: "×"))",
        expected: "the cropped digits of SVHN, \(Self.side)×\(Self.side)×\(Self.channels)×n")
    }
    self.path = file.path
    count = min(limit ?? array.sizes[3], array.sizes[3])
    manifest = Array("svhn 1\n\(file.identity)\ncount \(count)\n".utf8)
  }

  package func name(_ index: SourceIndex) -> String { "\(array.file.name), image \(index)" }

  package func stamp(_ index: SourceIndex) -> FileStamp? { array.file.stamp }

  package func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
    precondition(index.number < count, "an image of the set")
    let all = try pixels.withLock { pixels throws(ImageError) in
      let all = if let pixels { pixels } else { try array.content() }
      pixels = all
      return all
    }
    // MATLAB's order: rows vary fastest, then columns, channels, images.
    let side = Self.side
    let first = index.number * side * side * Self.channels
    var image = Image(width: side, height: side, channels: Self.channels)
    for y in 0..<side {
      for x in 0..<side {
        for channel in 0..<Self.channels {
          image.pixels[(y * side + x) * Self.channels + channel] = all[first + (channel * side + x) * side + y]
        }
      }
    }
    return SourceImage(image: image.with(channels: channels), bytes: image.pixels)
  }
}
