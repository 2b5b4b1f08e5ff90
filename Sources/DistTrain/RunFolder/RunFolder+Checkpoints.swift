import Foundation

/// A checkpoint by its name; whether it is valid only reading it tells.
package struct CheckpointFile: Hashable, Sendable {
  package let step: Int
  package let path: String
}

extension RunFolder {
  private static let suffix = ".safetensors"

  /// The checkpoints of this run, newest first; none where the folder does not exist yet.
  package func checkpoints() throws(RunFolderError) -> [CheckpointFile] {
    try Self.steps(in: checkpointsFolder, suffix: Self.suffix).reversed().map { step in
      CheckpointFile(step: step, path: checkpoint(step: step))
    }
  }

  package func hasCheckpoint(of step: Int) -> Bool { access(checkpoint(step: step), F_OK) == 0 }

  /// Removes old checkpoints, oldest first, so that `keep` remain, among them always `valid`, and all newer ones.
  ///
  /// - Parameter valid: the step of a checkpoint that is known to be whole: the one just written.
  /// - Returns: the steps removed; none where `valid` is gone: somebody else tidies up here.
  @discardableResult
  package func prune(keep: Int, valid: Int) throws(RunFolderError) -> [Int] {
    let candidates = try checkpoints().filter { $0.step <= valid }
    guard candidates.first?.step == valid else { return [] }
    let removed = Array(candidates.dropFirst(max(keep, 1)).reversed())
    for file in removed where unlink(file.path) == -1 && errno != ENOENT {
      throw Self.failed("remove", file.path)
    }
    return removed.map(\.step)
  }

  /// Takes checkpoints of steps after `step` out of the run, because it goes on from `step` on another path. They stay
  /// beside the others, with `.superseded` at the end of their names.
  ///
  /// - Returns: the steps set aside.
  @discardableResult
  package func setAside(checkpointsAfter step: Int) throws(RunFolderError) -> [Int] {
    let later = try checkpoints().filter { $0.step > step }
    for file in later { try Self.setAside(file.path) }
    return later.map(\.step)
  }
}
