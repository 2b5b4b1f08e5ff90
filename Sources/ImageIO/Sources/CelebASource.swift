import Files
import Glibc

/// The aligned photographs of CelebA (Liu et al. 2015), those that its lists select.
package struct CelebASource: ImageSource {
  package let notes: [String]
  private let images: FolderSource

  /// - Parameters:
  ///   - folder: has the folder `img_align_celeba` and, if the selection needs them, the published lists; or has a
  ///     folder `celeba` that has them, as torchvision's data folder.
  ///   - limit: only this number of the selected images, the first ones.
  ///   - formats: those whose files are taken, by their extensions.
  ///   - omissions: what is left out.
  /// - Throws: if one of them is missing or breaks its format, or no image is left.
  package init(
    folder: String, selection: CelebASelection = .everything, limit: Int? = nil, formats: Set<ImageFormat> = .all,
    omitting omissions: Omissions = .standard
  ) throws(ImageError) {
    let folder = Self.holder(in: folder)
    let path = "\(folder)/\(CelebAFiles.images)"
    guard access(path, F_OK) == 0 else {
      guard errno == ENOENT else { throw .unreadable(path: path, operation: "examine", code: errno) }
      guard folder.split(separator: "/").last ?? "" != CelebAFiles.images else {
        throw .unexpectedContent(
          path: folder, found: "the folder of the photographs",
          expected: "the folder that holds it and the lists: set data.path to \(Folder.parent(of: folder))")
      }
      throw .noCelebA(folder: folder, missing: CelebAFiles.images)
    }
    guard let listed = try Self.listed(folder, selection) else {
      images = try FolderSource(folder: path, limit: limit, formats: formats, omitting: omissions)
      notes = images.notes
      return
    }
    let found = try FolderSource(folder: path, formats: formats, omitting: omissions) { listed.contains($0.name) }
    images = found.first(limit)
    guard images.count > 0 else {
      throw .unexpectedContent(
        path: path, found: "none of the images that data.celeba selects, \(listed.count) in all",
        expected: "at least one; unpack CelebA's archive whole, or select others")
    }
    let missing = listed.count - found.count
    let note =
      "\(path): \(missing) of the \(listed.count) images that the lists select \(missing == 1 ? "is" : "are") not there"
    notes = found.notes + (missing > 0 ? [note] : [])
  }

  /// The folder that holds `img_align_celeba`; `folder` itself if there is none.
  private static func holder(in folder: String) -> String {
    [folder, "\(folder)/celeba"].first { access("\($0)/\(CelebAFiles.images)", F_OK) == 0 } ?? folder
  }

  /// Names of the images that the lists select; nil without a selection.
  private static func listed(_ folder: String, _ selection: CelebASelection) throws(ImageError) -> Set<[UInt8]>? {
    var listed: Set<[UInt8]>?
    if selection.partition != .all {
      listed = try CelebAList(CelebAFiles.partitions, in: folder).images(of: selection.partition)
    }
    if !selection.attributes.isEmpty {
      let having = try CelebAList(CelebAFiles.attributes, in: folder).images(with: selection.attributes)
      listed = listed?.intersection(having) ?? having
    }
    return listed
  }

  package var count: Int { images.count }

  package func name(_ index: SourceIndex) -> String { images.name(index) }

  package var manifest: [UInt8] { images.manifest }

  package func stamp(_ index: SourceIndex) -> FileStamp? { images.stamp(index) }

  package func bytes(_ index: SourceIndex) throws(ImageError) -> [UInt8] { try images.bytes(index) }

  package func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
    try images.load(index, channels: channels)
  }

  package func load(
    _ index: SourceIndex, channels: Int, reading: ImageReading
  ) throws(ImageError) -> SourceImage {
    try images.load(index, channels: channels, reading: reading)
  }

  package func load(_ index: SourceIndex, for transform: Transform) throws(ImageError) -> SourceImage {
    try images.load(index, for: transform)
  }
}
