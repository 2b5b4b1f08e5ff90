import Files
import Glibc

/// Collects the files of a folder tree, each folder once.
///
/// Folders are entered before links to folders, level by level and in byte order, so that the paths found do not depend
/// on the order in which the system lists them.
struct FolderWalk {
  private(set) var files: [FolderFile] = []
  private var linkNotes: [String] = []
  private var leftOut = LeftOut()
  private let folder: String
  private let omissions: Omissions
  private var visited: Set<Identity> = []
  /// Sub-folders still to be entered, as paths below `folder`.
  private var folders: [[UInt8]] = []
  /// Links to folders, entered when no folder is left.
  private var links: [[UInt8]] = []

  private struct Identity: Hashable {
    let device: dev_t
    let inode: ino_t
  }

  init(folder: String, omitting omissions: Omissions) {
    self.folder = folder
    self.omissions = omissions
  }

  /// One line for each link that was not entered, and for each kind of folder that was left out.
  var notes: [String] { leftOut.notes(on: folder) + linkNotes }
  /// Whether folders or files were left out.
  var hasLeftOut: Bool { !(leftOut.systemFolders + leftOut.writtenFolders).isEmpty || leftOut.writtenFiles > 0 }

  mutating func run() throws(ImageError) {
    var status = stat()
    guard stat(folder, &status) == 0 else {
      if errno == ENOENT { throw .noSuchFolder(path: folder) }
      throw .unreadable(path: folder, operation: "examine", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: folder) }
    visited.insert(Identity(device: status.st_dev, inode: status.st_ino))
    try list([])
    var nextFolder = 0
    var nextLink = 0
    while true {
      if nextFolder < folders.count {
        try enter(folders[nextFolder], isLink: false)
        nextFolder += 1
      } else if nextLink < links.count {
        try enter(links[nextLink], isLink: true)
        nextLink += 1
      } else {
        return
      }
    }
  }

  private mutating func enter(_ path: [UInt8], isLink: Bool) throws(ImageError) {
    var status = stat()
    guard stat(systemPath(path), &status) == 0 else {
      throw .unreadable(path: shownPath(path), operation: "examine", code: errno)
    }
    guard visited.insert(Identity(device: status.st_dev, inode: status.st_ino)).inserted else {
      if isLink { linkNotes.append("\(shownPath(path)): left out, it links to a folder that is read already") }
      return
    }
    try list(path)
  }

  private mutating func list(_ path: [UInt8]) throws(ImageError) {
    let (names, isMarked) = try names(in: path)
    var written: Set<[UInt8]> = []
    switch omissions.contains(.written) ? marker(of: path, isMarked) : nil {
    case .wholeFolder where path.isEmpty: leftOut.isWrittenItself = true
    case .wholeFolder:
      leftOut.writtenFolders.append(path)
      return
    case .entries(let entries):
      written = entries
    case nil: break
    }
    let filesBefore = leftOut.writtenFiles
    defer { if leftOut.writtenFiles > filesBefore { leftOut.mixedFolders.append(path) } }
    for name in names {
      let below = path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
      var status = stat()
      guard lstat(systemPath(below), &status) == 0 else {
        if errno == ENOENT { continue }  // removed meanwhile
        throw .unreadable(path: shownPath(below), operation: "examine", code: errno)
      }
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      // A link that leads nowhere stays in the list, and fails by name when it is loaded.
      if isLink { _ = stat(systemPath(below), &status) }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if written.contains(name) {
        if isFolder { leftOut.writtenFolders.append(below) } else { leftOut.writtenFiles += 1 }
      } else if isFolder && omissions.contains(.system) && SystemFolder.contains(name) {
        leftOut.systemFolders.append(below)
      } else if isFolder {
        if isLink { links.append(below) } else { folders.append(below) }
      } else {
        let modified = status.st_mtim
        files.append(
          FolderFile(
            path: below, size: Int(status.st_size), modified: modified.tv_sec * 1_000_000_000 + modified.tv_nsec,
            stamp: FileStamp(status)))
      }
    }
  }

  /// What disttrain has written of the folder; nil for nothing.
  private func marker(of path: [UInt8], _ isMarked: Bool) -> FolderMarker? {
    func inside(_ name: String) -> [CChar] {
      systemPath((path.isEmpty ? [] : path + [UInt8(ascii: "/")]) + Array(name.utf8))
    }
    if isMarked { return FolderMarker(path: inside(FolderMarker.name)) }
    return OlderRun.isRunFolder(inside) ? .wholeFolder : nil
  }

  /// Names in a folder in byte order, hidden ones left out, and whether one of those is a marker.
  private func names(in path: [UInt8]) throws(ImageError) -> ([[UInt8]], isMarked: Bool) {
    guard let stream = opendir(systemPath(path)) else {
      throw .unreadable(path: shownPath(path), operation: "open the folder", code: errno)
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    let marker = Array(FolderMarker.name.utf8)
    var isMarked = false
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.first != UInt8(ascii: ".") { names.append(name) } else if name == marker { isMarked = true }
      errno = 0
    }
    guard errno == 0 else { throw .unreadable(path: shownPath(path), operation: "list the folder", code: errno) }
    return (names.sorted { $0.lexicographicallyPrecedes($1) }, isMarked)
  }

  private func systemPath(_ path: [UInt8]) -> [CChar] {
    (Array(folder.utf8) + [UInt8(ascii: "/")] + path + [0]).map { CChar(bitPattern: $0) }
  }

  private func shownPath(_ path: [UInt8]) -> String {
    "\(folder)/\(String(decoding: path, as: UTF8.self).escapingControls())"
  }
}

/// Recognizes run folders of versions that wrote no marker, by what every run has had from its first step on.
private enum OlderRun {
  /// - Parameter inside: the path of a name in the folder, ending with NUL.
  static func isRunFolder(_ inside: (String) -> [CChar]) -> Bool {
    // The first condition fails for nearly every folder: one system call.
    kind(inside("config.yaml")) == S_IFREG && kind(inside("samples")) == S_IFDIR
      && hasMetrics(inside("metrics.jsonl"))
  }

  /// Whether it is empty or begins as a line of metrics does.
  private static func hasMetrics(_ path: [CChar]) -> Bool {
    let start = Array("{\"step\": ".utf8)
    guard let file = try? RegularFile(bytes: path) else { return false }
    return file.size == 0 || (try? file.bytes(at: 0, count: start.count)) == start
  }

  private static func kind(_ path: [CChar]) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }
}
