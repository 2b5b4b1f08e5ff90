import Files
import Foundation

// Files that are named by a step.
extension RunFolder {
  /// The steps of the files in `folder` whose names are a step and `suffix`, ascending; none if there is no folder.
  ///
  /// `000500.safetensors` → 500; every other name, `00000500.safetensors` too, is another file's.
  static func steps(in folder: String, suffix: String) throws(RunFolderError) -> [Int] {
    let names: [String]
    do {
      names = try Folder.names(in: folder)
    } catch {
      if case .system(_, _, ENOENT) = error { return [] }
      throw .file(error)
    }
    return names.compactMap { name -> Int? in
      guard name.hasSuffix(suffix), let step = Int(name.dropLast(suffix.count)), step >= 0 else { return nil }
      return digits(step) + suffix == name ? step : nil
    }.sorted()
  }

  /// Sets a file aside: adds `.superseded` to its name.
  static func setAside(_ path: String) throws(RunFolderError) {
    if rename(path, path + ".superseded") == -1 { throw failed("rename", path) }
  }
}
