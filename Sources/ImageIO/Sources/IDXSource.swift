import Files
import Synchronization

/// The images of an IDX file (LeCun, Cortes & Burges, "The MNIST database"), plain or gzip: grey, one size.
/// MNIST, Fashion-MNIST and EMNIST use this format.
///
/// Opening checks the header against the file's size; the pixels are read when the first image is loaded.
package final class IDXSource: ImageSource {
  /// Path of the images' file.
  package let path: String
  package let count: Int
  package let height: Int
  package let width: Int
  /// The label of each image, if requested.
  package let labels: [UInt8]?
  package let manifest: [UInt8]
  private let images: IDXFile
  private let isTransposed: Bool
  private let pixels = Mutex<[UInt8]?>(nil)

  /// - Parameters:
  ///   - path: an IDX file of images, or the folder of the published files.
  ///   - split: the published file to read, `train` or `test`.
  ///   - emnist: only this part of EMNIST; nil for MNIST's own names, or else EMNIST's `balanced`.
  ///   - transposed: whether rows are stored as columns; nil to decide by the file's name: EMNIST's are.
  ///   - limit: only this number of images, the first ones.
  ///   - withLabels: whether to read the labels' file beside it, too.
  package init(
    path: String, split: DataSplit = .train, emnist: EMNISTSplit? = nil, transposed: Bool? = nil, limit: Int? = nil,
    withLabels: Bool = false
  ) throws(ImageError) {
    let file = try PublishedFile(Self.names(split, emnist), in: path)
    let images = try IDXFile(file, dimensions: 3)
    guard images.sizes[1] > 0, images.sizes[2] > 0, images.sizes[0] > 0 else {
      throw .damaged(path: file.path, format: "IDX", reason: "it holds no pixels: its sizes are \(images.sizes)")
    }
    guard images.sizes[1] <= Image.largestSide, images.sizes[2] <= Image.largestSide else {
      throw .tooLarge(path: file.path, width: images.sizes[2], height: images.sizes[1])
    }
    self.images = images
    self.path = file.path
    isTransposed = transposed ?? file.name.hasPrefix(Self.emnistPrefix)
    (height, width) = isTransposed ? (images.sizes[2], images.sizes[1]) : (images.sizes[1], images.sizes[2])
    count = min(limit ?? images.sizes[0], images.sizes[0])
    labels = withLabels ? try Self.labels(beside: images) : nil
    let order = isTransposed ? "transposed\n" : ""
    manifest = Array("idx 1\n\(file.identity)\ncount \(count)\n\(order)".utf8)
  }

  private static let emnistPrefix = "emnist-"

  private static func names(_ split: DataSplit, _ emnist: EMNISTSplit?) -> [String] {
    precondition(split != .extra, "MNIST and its likes have no extra images")
    let mnist = split == .train ? "train-images" : "t10k-images"
    let other = "\(emnistPrefix)\((emnist ?? .balanced).rawValue)-\(split.rawValue)-images"
    return (emnist == nil ? IDXFile.names(mnist) : []) + IDXFile.names(other)
  }

  package func name(_ index: SourceIndex) -> String { "\(images.file.name), image \(index)" }

  package func stamp(_ index: SourceIndex) -> FileStamp? { images.file.stamp }

  package func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
    precondition(index.number < count, "an image of the set")
    let all = try pixels.withLock { pixels throws(ImageError) in
      let all = if let pixels { pixels } else { try images.content() }
      pixels = all
      return all
    }
    let stored = all[index.number * height * width..<(index.number + 1) * height * width]
    let bytes = isTransposed ? transposed(stored) : Array(stored)
    return SourceImage(
      image: Image(width: width, height: height, channels: 1, pixels: bytes).with(channels: channels), bytes: bytes)
  }

  /// `height` rows of `width` pixels, of which `stored` has the columns one after the other.
  private func transposed(_ stored: ArraySlice<UInt8>) -> [UInt8] {
    (0..<height * width).map { stored[stored.startIndex + $0 % width * height + $0 / width] }
  }

  private static func labels(beside images: IDXFile) throws(ImageError) -> [UInt8] {
    let name = images.file.name
    let file = try PublishedFile(path: images.file.folder + IDXFile.labelsName(of: name))
    let labels = try IDXFile(file, dimensions: 1)
    guard labels.sizes[0] == images.sizes[0] else {
      throw .damaged(
        path: file.path, format: "IDX",
        reason:
          "it holds \(quantity(labels.sizes[0], "label")), expected \(images.sizes[0]), one for each image of \(name)")
    }
    return try labels.content()
  }
}
