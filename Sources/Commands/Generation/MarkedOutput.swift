import Files
import Foundation
import Reporting

/// Records which files a command writes, so that no run trains on them (`FolderMarker`).
enum MarkedOutput {
  /// - Parameter claimingWhole: whether the whole folder counts as disttrain's if it holds nothing else.
  static func record(_ names: [String], in folder: String, claimingWhole: Bool) {
    do throws(FileError) {
      try FolderMarker.record(names, in: folder, claimingWhole: claimingWhole)
    } catch {
      // The folder may be one for everybody, such as /tmp, with a marker by somebody else.
      Console(isSpeaking: true).note("\(error) A run whose data.path leads there would train on the new images.")
    }
  }

  /// The same for one file.
  static func record(file path: String) {
    record(
      [String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])],
      in: Folder.parent(of: path), claimingWhole: false)
  }
}
