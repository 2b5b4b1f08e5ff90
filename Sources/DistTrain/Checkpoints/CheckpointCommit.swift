import Cluster
import Dispatch
import Files
import ModelFiles

/// The way of a checkpoint, sealed and in the page cache, to the disk and to its name, on a thread of its own: training
/// goes on meanwhile, for nothing of the checkpoint is still read from the networks.
final class CheckpointCommit: @unchecked Sendable {
  // Both are the thread's alone until `ended`.
  private var writer: SafetensorsWriter?
  private var failure: FileError?
  private let ended = DispatchGroup()

  init(_ writer: consuming SafetensorsWriter) {
    self.writer = consume writer
    ended.enter()
    besideTraining { [self] in
      do throws(FileError) { try self.writer?.commit() } catch { failure = error }
      self.writer = nil  // of a file that could not be written nothing is left
      ended.leave()
    }
  }

  var hasEnded: Bool { ended.wait(timeout: .now()) == .success }

  /// Until the checkpoint stands under its name.
  func wait() throws(FileError) {
    ended.wait()
    if let failure { throw failure }
  }
}
