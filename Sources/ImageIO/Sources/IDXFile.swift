import Glibc

/// A file of unsigned bytes in IDX format, plain or gzip.
struct IDXFile {
  let file: PublishedFile
  /// The size of each dimension.
  var sizes: [Int] { header.sizes }
  private let header: IDXHeader

  /// Reads and checks the header.
  init(_ file: PublishedFile, dimensions: Int) throws(ImageError) {
    self.file = file
    do throws(ImageError) {
      header = try IDXHeader(FileBytes.read(file.path), dimensions: dimensions, path: file.path)
    } catch {
      throw dimensions == 3 ? Self.namingImages(beside: file, error) : error
    }
  }

  /// All bytes after the header.
  func content() throws(ImageError) -> [UInt8] { try header.content(of: FileBytes.read(file.path), path: file.path) }

  /// The same error; if labels were given for images, it names their file.
  private static func namingImages(beside labels: PublishedFile, _ error: ImageError) -> ImageError {
    guard case .unexpectedContent(let path, let found, let expected) = error else { return error }
    let name = renamed(labels.name, [("labels", "images"), ("idx1", "idx3")])
    guard name != labels.name, access(labels.folder + name, F_OK) == 0 else { return error }
    return .unexpectedContent(path: path, found: found, expected: "\(expected), as \(name) beside it may be")
  }
}

extension IDXFile {
  /// The published names of an images' file that begins with `stem`, plain and gzip.
  static func names(_ stem: String) -> [String] {
    ["-", "."].flatMap { ["\(stem)\($0)idx3-ubyte", "\(stem)\($0)idx3-ubyte.gz"] }
  }

  /// The published name of the labels of an images' file.
  static func labelsName(of images: String) -> String { renamed(images, [("images", "labels"), ("idx3", "idx1")]) }

  private static func renamed(_ name: String, _ changes: [(part: String, other: String)]) -> String {
    changes.reduce(into: name) { name, change in
      if let range = name.firstRange(of: change.part) { name.replaceSubrange(range, with: change.other) }
    }
  }
}
