import Files
import Foundation
import Reporting

/// The folder of one run, `<output.folder>/<name>/`: the paths of its files, and writing them.
///
/// The run folder itself may be a symbolic link (to a scratch disk); within it none is followed.
package struct RunFolder: Sendable, Equatable {
  package let path: String

  /// Names the folder without creating it.
  ///
  /// - Parameter name: the run's name, one path component.
  package init(in output: String, name: String) throws(RunFolderError) {
    let isComponent = !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
    guard isComponent, !name.contains("/"), !name.contains("\0") else { throw .badName(name) }
    guard !output.contains("\0") else { throw .badOutput }
    path = (output.isEmpty ? "." : output) + "/" + name
  }

  private init(resolved path: String) { self.path = path }

  // MARK: Layout

  package var samplesFolder: String { path + "/samples" }
  package var checkpointsFolder: String { path + "/checkpoints" }
  package var configuration: String { path + "/config.yaml" }
  package var metrics: String { path + "/metrics.jsonl" }
  /// The curves of `metrics.jsonl`'s losses.
  package var lossChart: String { path + "/losses.png" }
  /// The generator for other programs.
  package var generator: String { path + "/generator.onnx" }
  package var trace: String { path + "/trace.safetensors" }
  package var lock: String { path + "/run.lock" }
  /// Grid of real images.
  package var realSample: String { samplesFolder + "/real.png" }

  /// Images side by side when training has ended.
  package var finalSample: String { samplesFolder + "/final.png" }

  /// The grids of the fixed latents over time.
  package var sampleAnimation: String { path + "/samples.gif" }

  /// Grid of the fixed latents after `step` steps.
  package func sample(step: Int) -> String { samplesFolder + "/\(Self.digits(step)).png" }

  package func checkpoint(step: Int) -> String { checkpointsFolder + "/\(Self.digits(step)).safetensors" }

  /// Six digits, more where needed.
  static func digits(_ step: Int) -> String { String(format: "%06ld", step) }

  // MARK: On disk

  /// Creates the run folder, `samples/` and `checkpoints/` if they are missing.
  ///
  /// - Returns: the folder by its real path, which a later change of a link no longer moves.
  package func create() throws(RunFolderError) -> RunFolder {
    try Self.createFolders(path)
    guard let resolved = realpath(path, nil) else { throw Self.failed("open the folder", path) }
    defer { free(resolved) }
    let folder = RunFolder(resolved: String(cString: resolved))
    for part in [folder.samplesFolder, folder.checkpointsFolder] {
      guard !Self.isLink(part) else { throw .linkInside(part) }
      try Self.createFolders(part)
    }
    return folder
  }

  /// Writes a small file of the run atomically, and only if no symbolic link leads out of the run folder.
  package func write(_ bytes: [UInt8], to file: String) throws(RunFolderError) {
    precondition(file.hasPrefix(path + "/"), "\(file) is not in the run folder")
    do { try AtomicFile.replace(file, with: bytes, throughLinks: false) } catch { throw .file(error) }
  }

  package func write(_ text: String, to file: String) throws(RunFolderError) {
    try write(Array(text.utf8), to: file)
  }

  /// Removes the temporary files that killed processes left; only under the run's lock.
  package func removeTemporaryFiles() {
    for folder in [path, samplesFolder, checkpointsFolder] where !Self.isLink(folder) || folder == path {
      let names = (try? Folder.names(in: folder)) ?? []
      for name in names where AtomicFile.isTemporary(name) { unlink(folder + "/" + name) }
    }
  }

  private static func createFolders(_ path: String) throws(RunFolderError) {
    do throws(FileError) { try Folder.create(path) } catch {
      if case .notAFolder(let path) = error { throw .notAFolder(path) }
      throw .file(error)
    }
  }

  /// The call on `path` that has just failed, by its `errno`.
  static func failed(_ operation: String, _ path: String) -> RunFolderError {
    .file(.system(operation: operation, path: path, code: errno))
  }

  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}

/// The reason why a run folder cannot be used.
package enum RunFolderError: ExplainedError, Equatable {
  case badName(String)
  case badOutput
  case linkInside(String)
  case notAFolder(String)
  case file(FileError)

  package var code: ExitCode {
    switch self {
    case .badName, .badOutput: .usage
    case .linkInside, .notAFolder, .file: .inputOutput
    }
  }

  package var message: String {
    switch self {
    case .badName(let name):
      "name is \"\(name.replacingOccurrences(of: "\0", with: "\\0"))\"; it becomes the run's folder, so it must be "
        + "one name of at most 255 bytes, without \"/\", and not \".\" or \"..\""
    case .badOutput: "output.folder has a NUL byte in it; give the path of a folder"
    case .linkInside(let path):
      "\(path) is a symbolic link; a run writes only inside its own folder: replace the link by a folder"
    case .notAFolder(let path):
      "\(path) is not a folder, but the run must write there: move it, or choose another --out"
    case .file(let error): error.message
    }
  }
}
