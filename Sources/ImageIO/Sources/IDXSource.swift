import Synchronization

/// The images of an IDX file (LeCun, Cortes & Burges, "The MNIST database"), plain or gzip: grey, one size.
///
/// Opening checks the header against the file's size; the pixels are read when the first one is wanted.
package final class IDXSource: ImageSource {
  /// Path of the images' file.
  package let path: String
  package let count: Int
  package let height: Int
  package let width: Int
  /// The label of each image, where they were asked for.
  package let labels: [UInt8]?
  package let manifest: [UInt8]
  private let file: IDXFile
  private let pixels = Mutex<[UInt8]?>(nil)

  /// - Parameters:
  ///   - path: an IDX file of images, or the folder of the published files, of which the training images are read.
  ///   - limit: only the first so many images.
  ///   - withLabels: also read the labels' file beside it.
  package init(path: String, limit: Int? = nil, withLabels: Bool = false) throws(ImageError) {
    let file = try IDXFile(path: try IDXFile.find("train-images", dimensions: 3, in: path), dimensions: 3)
    guard file.sizes[1] > 0, file.sizes[2] > 0, file.sizes[0] > 0 else {
      throw .damaged(path: file.path, format: "IDX", reason: "it holds no pixels: its sizes are \(file.sizes)")
    }
    guard file.sizes[1] <= Decoder.largestSide, file.sizes[2] <= Decoder.largestSide else {
      throw .tooLarge(path: file.path, width: file.sizes[2], height: file.sizes[1])
    }
    self.file = file
    self.path = file.path
    height = file.sizes[1]
    width = file.sizes[2]
    count = min(limit ?? file.sizes[0], file.sizes[0])
    labels = withLabels ? try Self.labels(beside: file) : nil
    // The size does not show a change of pixels, so that the time stands beside it.
    manifest = Array("idx 1\n\(file.name)\0\(file.byteCount)\0\(file.modified)\ncount \(count)\n".utf8)
  }

  package func name(_ index: Int) -> String { "\(file.name), image \(index)" }

  package func load(_ index: Int, channels: Int) throws(ImageError) -> SourceImage {
    precondition(index < count, "an image of the set")
    let all = try pixels.withLock { pixels throws(ImageError) in
      let all = if let pixels { pixels } else { try file.content() }
      pixels = all
      return all
    }
    let bytes = Array(all[index * height * width..<(index + 1) * height * width])
    return SourceImage(
      picture: Picture(width: width, height: height, channels: 1, pixels: bytes).with(channels: channels), bytes: bytes)
  }

  private static func labels(beside images: IDXFile) throws(ImageError) -> [UInt8] {
    let folder = images.path.dropLast(images.name.count)
    let name = IDXFile.labelsName(of: images.name)
    let file = try IDXFile(path: folder + name, dimensions: 1)
    guard file.sizes[0] == images.sizes[0] else {
      throw .damaged(
        path: file.path, format: "IDX",
        reason:
          "it holds \(file.sizes[0]) labels, expected one for each of the \(images.sizes[0]) images of \(images.name)")
    }
    return try file.content()
  }
}
