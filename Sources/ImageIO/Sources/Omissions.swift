import Files

/// The parts of a folder that are left out although they hold images.
package struct Omissions: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Folders and files that disttrain wrote (`FolderMarker`), and run folders of versions that wrote no marker.
  package static let written = Omissions(rawValue: 1 << 0)
  /// Folders that operating systems and network storage make.
  package static let system = Omissions(rawValue: 1 << 1)

  package static let standard: Omissions = [.written, .system]
}

/// What a walk has left out, for the user.
struct LeftOut {
  /// Paths below the walk's folder.
  var systemFolders: [[UInt8]] = []
  var writtenFolders: [[UInt8]] = []
  /// Folders with files that disttrain wrote beside others.
  var mixedFolders: [[UInt8]] = []
  var writtenFiles = 0
  /// Whether disttrain wrote the walk's folder itself, which is read all the same.
  var isWrittenItself = false

  private static let mostNamed = 5
  private static let advice = "data.folders: all reads them, too"

  /// A line for each kind.
  func notes(on folder: String) -> [String] {
    var notes: [String] = []
    if isWrittenItself { notes.append("\(folder): disttrain wrote this folder; it is read because it was asked for") }
    if !writtenFolders.isEmpty {
      notes.append(
        "\(folder): left out \(quantity(writtenFolders.count, "folder")) that disttrain wrote: "
          + "\(Self.named(writtenFolders)); \(Self.advice)")
    }
    if writtenFiles > 0 {
      notes.append(
        "\(folder): left out \(quantity(writtenFiles, "file")) that disttrain wrote in \(Self.named(mixedFolders)); "
          + Self.advice)
    }
    if !systemFolders.isEmpty {
      notes.append(
        "\(folder): left out \(quantity(systemFolders.count, "folder")) of thumbnails, trash or snapshots: "
          + "\(Self.named(systemFolders)); \(Self.advice)")
    }
    return notes
  }

  private static func named(_ folders: [[UInt8]]) -> String {
    let shown = folders.prefix(mostNamed).map {
      $0.isEmpty ? "the folder itself" : String(decoding: $0, as: UTF8.self).escapingControls()
    }
    let more = folders.count > mostNamed ? " and \(folders.count - mostNamed) more" : ""
    return shown.joined(separator: ", ") + more
  }
}

/// Names of folders that systems make for thumbnails, deleted files and snapshots. Those that begin with a dot
/// (.Trash-1000, .thumbnails, .AppleDouble, .@__thumb) are hidden and never read.
enum SystemFolder {
  /// In lower case: the same disk shows them in other cases on other systems.
  private static let names: Set<[UInt8]> = Set(
    [
      "@eadir", "#recycle", "#snapshot",  // Synology
      "@recycle", "@recently-snapshot", "network recycle bin",  // QNAP
      "~snapshot",  // NetApp
      "$recycle.bin", "recycler", "recycled", "system volume information",  // Windows
      "__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder",  // macOS and its file servers
      "lost+found",
    ].map { Array($0.utf8) })

  static func contains(_ name: [UInt8]) -> Bool {
    names.contains(name.map { 65...90 ~= $0 ? $0 | 0x20 : $0 })
  }
}
