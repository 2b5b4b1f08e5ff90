import Files
import Foundation
import Reporting

/// The names that are given to files and folders of results.
package enum OutputFile {
  /// Extensions that no folder's name is expected to have.
  private static let extensions: Set = [
    "png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "npy", "npz", "json", "onnx", "safetensors", "pt", "pth",
  ]

  /// Why `--out path` is not taken for a folder; nil if it is: it has no extension of a file's, or is a folder already.
  package static func problem(ofFolder path: String) -> String? {
    let path = expandingHome(path)
    let name = path.split(separator: "/").last ?? ""
    guard !path.hasSuffix("/"), !isFolder(path), let dot = name.lastIndex(of: "."), dot != name.startIndex,
      extensions.contains(name[name.index(after: dot)...].lowercased())
    else { return nil }
    return "--out \(path): found the name of a file, expected a folder: give --out \(path.dropLast(name.count))"
      + "\(name[..<dot]), or --out \(path)/ for a folder of that name."
  }

  /// Throws if `path`, which is to become a file, is a folder.
  static func requireNoFolder(_ path: String, example: String) throws(UserFacingError) {
    guard isFolder(path) else { return }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    throw UserFacingError(
      code: .usage, message: "--out \(path): found a folder, expected a file: give --out \(folder)/\(example)")
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
