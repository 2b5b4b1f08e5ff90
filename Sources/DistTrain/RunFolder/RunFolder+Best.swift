import Files
import Foundation
import ModelFiles

extension RunFolder {
  /// The checkpoint that was found to be the best.
  package var bestCheckpoint: String { checkpointsFolder + "/best.safetensors" }

  /// The facts of `bestCheckpoint`; nil if there is no readable one.
  package func bestFacts() -> CheckpointFacts? {
    (try? SafetensorsFile(path: bestCheckpoint, verification: .required)).flatMap { try? CheckpointFacts($0) }
  }

  /// Makes the checkpoint of `step` the best one: a link to it, or a copy if the file system has no links. The old one
  /// is there until the new one is.
  package func keepAsBest(step: Int) throws(RunFolderError) {
    let source = checkpoint(step: step)
    let temporary = bestCheckpoint + ".link"
    guard unlink(temporary) == 0 || errno == ENOENT else { throw Self.failed("remove", temporary) }
    guard link(source, temporary) == 0 else {
      return try write(try bytes(of: source), to: bestCheckpoint)
    }
    guard rename(temporary, bestCheckpoint) == 0 else { throw Self.failed("rename", temporary) }
    // Where both are the same file already, rename leaves its first argument.
    unlink(temporary)
  }

  private func bytes(of file: String) throws(RunFolderError) -> [UInt8] {
    do throws(FileError) {
      guard let bytes = try contents(ofFile: file) else { throw .system(operation: "read", path: file, code: ENOENT) }
      return bytes
    } catch { throw .file(error) }
  }

  /// Sets the best checkpoint aside if it is of a step after `step`, from which the run continues.
  package func setAside(bestAfter step: Int) throws(RunFolderError) {
    guard let best = bestFacts(), best.step > step else { return }
    try Self.setAside(bestCheckpoint)
  }
}
