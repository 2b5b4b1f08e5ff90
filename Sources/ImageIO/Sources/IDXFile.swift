/// A file of unsigned bytes in IDX format, plain or gzip.
struct IDXFile {
  let file: PublishedFile
  /// The size of each dimension.
  var sizes: [Int] { header.sizes }
  private let header: IDXHeader

  /// Reads and checks the header.
  init(_ file: PublishedFile, dimensions: Int) throws(ImageError) {
    self.file = file
    header = try IDXHeader(FileBytes.read(file.path), dimensions: dimensions, path: file.path)
  }

  /// All bytes after the header.
  func content() throws(ImageError) -> [UInt8] { try header.content(of: FileBytes.read(file.path), path: file.path) }
}

extension IDXFile {
  /// The published names of an images' file that begins with `stem`, plain and gzip.
  static func names(_ stem: String) -> [String] {
    ["-", "."].flatMap { ["\(stem)\($0)idx3-ubyte", "\(stem)\($0)idx3-ubyte.gz"] }
  }

  /// The published name of the labels of an images' file.
  static func labelsName(of images: String) -> String {
    var name = images
    for (part, other) in [("images", "labels"), ("idx3", "idx1")] {
      guard let range = name.firstRange(of: part) else { continue }
      name.replaceSubrange(range, with: other)
    }
    return name
  }
}
