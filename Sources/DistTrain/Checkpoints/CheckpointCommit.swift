import Cluster
import Dispatch
import Files
import ModelFiles

/// Writes a checkpoint, sealed and in the page cache, to the disk and renames it, on a thread of its own. Training
/// continues meanwhile: the checkpoint no longer reads the networks.
final class CheckpointCommit: @unchecked Sendable {
  // Only the thread uses both until `ended`.
  private var writer: SafetensorsWriter?
  private var failure: FileError?
  private let ended = DispatchGroup()

  init(_ writer: consuming SafetensorsWriter) {
    self.writer = consume writer
    ended.enter()
    besideTraining { [self] in
      do throws(FileError) { try self.writer?.commit() } catch { failure = error }
      self.writer = nil  // removes a file that could not be written
      ended.leave()
    }
  }

  var hasEnded: Bool { ended.wait(timeout: .now()) == .success }

  /// Waits until the checkpoint has its name.
  func wait() throws(FileError) {
    ended.wait()
    if let failure { throw failure }
  }
}
