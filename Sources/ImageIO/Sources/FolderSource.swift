import Glibc

/// The image files of a folder and its sub-folders, in byte order of their paths below it.
///
/// Hidden files and folders are left out, files with other extensions, and `Omissions`. Symbolic links are followed; a
/// folder is entered once, under its real path rather than a link's, so that links can form no loop; `notes` lists what
/// was left out.
package struct FolderSource: ImageSource {
  package let folder: String
  /// One line for each link that was not entered, for each kind of folder that was left out, and for images of formats
  /// that are not read.
  package let notes: [String]
  /// How many files of each other extension there are; "" for none.
  package let others: [String: Int]
  /// How many images there are of each format that is not read, of those that the pattern fits.
  private let unreadImages: [String: Int]
  private let hasLeftOut: Bool
  private var files: [FolderFile]

  /// - Parameters:
  ///   - pattern: a glob (`*`, `?`, `[…]`), matched with the file's name, or with the path below the folder if the
  ///     pattern has a slash; `*` matches no slash.
  ///   - limit: only this number of files, the first ones.
  ///   - formats: those whose files are taken, by their extensions.
  ///   - omissions: what is left out.
  /// - Throws: if the folder is missing, no folder, unreadable, or has no images.
  package init(
    folder: String, pattern: String = "*", limit: Int? = nil, formats: Set<ImageFormat> = .all,
    omitting omissions: Omissions = .standard
  ) throws(ImageError) {
    let matchesPath = pattern.utf8.contains(UInt8(ascii: "/"))
    self = try FolderSource(folder: folder, formats: formats, omitting: omissions) { file in
      let subject = (matchesPath ? file.path : file.name) + [0]
      return subject.withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { fnmatch(pattern, $0.baseAddress!, FNM_PATHNAME) == 0 }
      }
    }.first(limit)
    try requireImages(of: pattern, formats)
  }

  private func requireImages(of pattern: String, _ formats: Set<ImageFormat>) throws(ImageError) {
    guard files.isEmpty else { return }
    guard hasLeftOut else {
      throw .noImages(
        folder: folder, extensions: formats.fileExtensions, pattern: pattern, others: Self.spoken(unreadImages))
    }
    throw .allLeftOut(folder: folder, pattern: pattern, notes: notes)
  }

  /// The image files that `isSelected` takes, perhaps none.
  init(
    folder: String, formats: Set<ImageFormat>, omitting omissions: Omissions, where isSelected: (FolderFile) -> Bool
  ) throws(ImageError) {
    var walk = FolderWalk(folder: folder, omitting: omissions)
    try walk.run()
    self.folder = folder
    let extensions = Set(formats.fileExtensions)
    var others: [String: Int] = [:]
    var unread: [String: Int] = [:]
    files = walk.files.filter { file in
      let kind = file.fileExtension ?? ""
      guard !extensions.contains(kind) else { return isSelected(file) }
      others[kind, default: 0] += 1
      if let format = OtherContent.image(withExtension: kind, notAmong: formats), isSelected(file) {
        unread[format, default: 0] += 1
      }
      return false
    }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    self.others = others
    unreadImages = unread
    hasLeftOut = walk.hasLeftOut
    let chosen = ImageFormat.allCases.contains { unread[$0.rawValue] != nil }
    let reason = chosen ? "that are not read or not in data.formats" : "that are not read"
    let note = "\(folder): left out images of formats \(reason): \(Self.spoken(unread))"
    notes = walk.notes + (unread.isEmpty ? [] : [note])
  }

  /// The number of images of each format, the most frequent first.
  private static func spoken(_ formats: [String: Int]) -> String {
    formats.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
  }

  /// The first `limit` files; all of them without a limit.
  func first(_ limit: Int?) -> FolderSource {
    var source = self
    source.files = Array(files.prefix(limit ?? files.count))
    return source
  }

  package var count: Int { files.count }

  package func name(_ index: SourceIndex) -> String { files[index.number].description }

  package func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
    try load(index, channels: channels, reading: .asShown)
  }

  package func load(
    _ index: SourceIndex, channels: Int, reading: ImageReading
  ) throws(ImageError) -> SourceImage {
    try Decoder.sourceImage(in: bytes(index), channels: channels, path: path(index), reading: reading)
  }

  package func load(_ index: SourceIndex, for transform: Transform) throws(ImageError) -> SourceImage {
    try Decoder.image(in: bytes(index), for: transform, path: path(index))
  }

  package func stamp(_ index: SourceIndex) -> FileStamp? { files[index.number].stamp }

  /// File `index` as it is on the disk.
  package func bytes(_ index: SourceIndex) throws(ImageError) -> [UInt8] {
    try FileBytes.read(
      (Array(folder.utf8) + [UInt8(ascii: "/")] + files[index.number].path + [0]).map { CChar(bitPattern: $0) })
  }

  /// File `index` as errors name it.
  package func path(_ index: SourceIndex) -> String { folder + "/" + files[index.number].description }

  /// Of each file: path, NUL, size in bytes, NUL, modification time in ns, newline.
  package var manifest: [UInt8] {
    files.reduce(into: Array("folder 1\n".utf8)) { bytes, file in
      bytes += file.path + [0] + Array("\(file.size)\0\(file.modified)\n".utf8)
    }
  }
}

/// A file below a folder. Its path is kept as bytes, since a name need not be UTF-8.
struct FolderFile: CustomStringConvertible {
  let path: [UInt8]
  let size: Int
  /// Time of the last modification, ns since 1970.
  let modified: Int
  let stamp: FileStamp

  var name: [UInt8] { Array(path[((path.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]) }

  var description: String { String(decoding: path, as: UTF8.self).escapingControls() }

  /// In lower case, behind the name's last dot; nil without one.
  var fileExtension: String? {
    let name = self.name
    return name.lastIndex(of: UInt8(ascii: ".")).map { String(decoding: name[($0 + 1)...], as: UTF8.self).lowercased() }
  }
}
