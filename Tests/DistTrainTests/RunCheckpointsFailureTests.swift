import Cluster
import ClusterTestSupport
import DistTrain
import Foundation
import Testing

/// What becomes of a checkpoint that cannot be written.
extension RunCheckpointsTests {
  /// A disk that refuses the checkpoint's name: every rank hears it at `complete`, and what was there before stays.
  @Test func aFailedCommitIsEveryRanks() throws {
    let folder = folder
    let results = ThreadRank.run(3) { job in
      let state = try Self.state(job, folder, ["output.checkpoints.keep=1"])
      let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
      try Self.save(checkpoints, state, 2, 3)
      _ = try checkpoints.complete()
      try job.onFirst { try Self.block(folder.checkpoint(step: 6)) }
      try Self.save(checkpoints, state, 6, 2)
      defer { checkpoints.settle() }
      _ = try checkpoints.complete()
    }
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.code == .inputOutput, "\(String(describing: error))")
      #expect(error?.message.hasPrefix(folder.checkpoint(step: 6)) == true, "\(String(describing: error))")
    }
    #expect(try checkpoints() == ["000002.safetensors", "000006.safetensors", "best.safetensors"])
    #expect(try CheckpointFacts(file(folder.bestCheckpoint)).step == 2)
    #expect(try CheckpointFacts(file(folder.checkpoint(step: 2))).step == 2)
  }

  /// A disk that cannot even take the temporary file: every rank hears it at `save`.
  @Test func aFailedSaveIsEveryRanks() throws {
    let folder = folder
    let results = ThreadRank.run(2) { job in
      let state = try Self.state(job, folder)
      let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
      try job.onFirst { try FileManager.default.removeItem(atPath: folder.checkpointsFolder) }
      try Self.save(checkpoints, state, 2)
    }
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.code == .inputOutput && error?.message.contains("/checkpoints") == true)
    }
  }

  /// A run that ends by another error waits for what it has saved; nothing of a failure is thrown.
  @Test(arguments: [false, true])
  func settling(fails: Bool) throws {
    let state = try Self.state(SingleProcess(), folder)
    let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
    if fails { try Self.block(folder.checkpoint(step: 2)) }
    checkpoints.settle()
    try Self.save(checkpoints, state, 2)
    checkpoints.settle()
    #expect(checkpoints.isOnDisk)
    #expect(try self.checkpoints() == ["000002.safetensors"], "whole or not at all")
    if !fails { #expect(try CheckpointFacts(file(folder.checkpoint(step: 2))).step == 2) }
  }

  /// Puts a folder that is not empty where a file is to be renamed to.
  private static func block(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/x", withIntermediateDirectories: true)
  }
}
