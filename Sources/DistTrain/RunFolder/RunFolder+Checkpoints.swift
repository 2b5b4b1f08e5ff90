import Foundation

/// A checkpoint by its name; it is valid only if it can be read.
package struct CheckpointFile: Hashable, Sendable {
  package let step: Int
  package let path: String
}

extension RunFolder {
  private static let suffix = ".safetensors"

  /// The checkpoints of this run, newest first; none if the folder does not exist yet.
  package func checkpoints() throws(RunFolderError) -> [CheckpointFile] {
    try Self.steps(in: checkpointsFolder, suffix: Self.suffix).reversed().map { step in
      CheckpointFile(step: step, path: checkpoint(step: step))
    }
  }

  package func hasCheckpoint(of step: Int) -> Bool { access(checkpoint(step: step), F_OK) == 0 }

  /// Removes old checkpoints, oldest first, so that `keep` remain, among them always `valid`, and all newer ones; none
  /// if `valid` is gone: another process removes files here.
  ///
  /// - Parameter valid: the step of a checkpoint that is known to be whole: the one just written.
  package func prune(keep: Int, valid: Int) throws(RunFolderError) {
    let candidates = try checkpoints().filter { $0.step <= valid }
    guard candidates.first?.step == valid else { return }
    for file in candidates.dropFirst(max(keep, 1)).reversed() where unlink(file.path) == -1 && errno != ENOENT {
      throw Self.failed("remove", file.path)
    }
  }

  /// Sets checkpoints of steps after `step` aside, because the run continues from `step` on another path:
  /// adds `.superseded` to their names.
  package func setAside(checkpointsAfter step: Int) throws(RunFolderError) {
    for file in try checkpoints() where file.step > step { try Self.setAside(file.path) }
  }
}
