import Glibc

/// Collects the files of a folder tree, each folder once.
///
/// Folders are entered before links to folders, level by level and in byte order, so that the paths found do not depend
/// on the order in which the system lists them.
struct FolderWalk {
  private(set) var files: [FolderFile] = []
  private(set) var notes: [String] = []
  private let folder: String
  private var visited: Set<Identity> = []
  /// Sub-folders still to be entered, as paths below `folder`.
  private var folders: [[UInt8]] = []
  /// Links to folders, entered when no folder is left.
  private var links: [[UInt8]] = []

  private struct Identity: Hashable {
    let device: dev_t
    let inode: ino_t
  }

  init(folder: String) {
    self.folder = folder
  }

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
      if isLink { notes.append("\(shownPath(path)): left out, it links to a folder that is read already") }
      return
    }
    try list(path)
  }

  private mutating func list(_ path: [UInt8]) throws(ImageError) {
    for name in try names(in: path) {
      let below = path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
      var status = stat()
      guard lstat(systemPath(below), &status) == 0 else {
        if errno == ENOENT { continue }  // removed meanwhile
        throw .unreadable(path: shownPath(below), operation: "examine", code: errno)
      }
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      // A link that leads nowhere stays in the list, and fails by name when it is loaded.
      if isLink { _ = stat(systemPath(below), &status) }
      if status.st_mode & S_IFMT == S_IFDIR {
        if isLink { links.append(below) } else { folders.append(below) }
      } else {
        let modified = status.st_mtim
        files.append(
          FolderFile(
            path: below, size: Int(status.st_size), modified: modified.tv_sec * 1_000_000_000 + modified.tv_nsec))
      }
    }
  }

  /// Names in a folder in byte order, hidden ones left out.
  private func names(in path: [UInt8]) throws(ImageError) -> [[UInt8]] {
    guard let stream = opendir(systemPath(path)) else {
      throw .unreadable(path: shownPath(path), operation: "open the folder", code: errno)
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.first != UInt8(ascii: ".") { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .unreadable(path: shownPath(path), operation: "list the folder", code: errno) }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func systemPath(_ path: [UInt8]) -> [CChar] {
    (Array(folder.utf8) + [UInt8(ascii: "/")] + path + [0]).map { CChar(bitPattern: $0) }
  }

  private func shownPath(_ path: [UInt8]) -> String {
    "\(folder)/\(String(decoding: path, as: UTF8.self).escapingControls())"
  }
}
