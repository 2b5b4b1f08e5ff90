import Cluster
import ClusterTestSupport
import DistTrain
import Foundation
import GAN
import ImageIO
import ModelFiles
import Numerics
import TestSupport
import Testing

/// The checkpoints of a run alone, on small networks that no step has trained.
@Suite struct RunCheckpointsTests {
  let place: TemporaryFolder
  let folder: RunFolder

  init() throws {
    place = try TemporaryFolder()
    folder = try RunFolder(in: place.path, name: "run").create()
  }

  private static let yaml = """
    name: run
    seed: 3
    data: {source: synthetic, synthetic: {count: 8}, image: {size: 4, channels: 1}}
    model:
      latent: {size: 2}
      generator: {layers: [{dense: {units: 16}}, {reshape: {channels: 1, size: 4}}, {tanh: {}}]}
      discriminator: {layers: [{flatten: {}}, {dense: {units: 1}}]}
    train: {batch: 4, shards: 4, steps: 100}
    output: {checkpoints: {every: 2, keep: 2}, onnx: checkpoints}
    """

  static func state(_ job: any Job, _ folder: RunFolder, _ settings: [String] = []) throws -> RunState {
    let configuration = try configuration(yaml, settings)
    let plan = try ShardPlan(batch: 4, shards: 4, ranks: job.size)
    let kernels = Kernels.available[0]
    let threads = Threads(count: 1)
    let cache = ImageCache(
      folder: nil, source: ImageSetTests.GreyImages(count: 8), transform: Transform(size: 4, channels: 1),
      hash: { _ in Array(repeating: 0, count: 32) }, warn: { _ in })
    let images = try ImageSet.load(
      cache, plan: plan, seed: 3, shuffle: true, skipsBadImages: false, job: job, threads: threads
    ) { _ in nil }
    let engine = Engine(
      kernels: kernels, threads: threads, peers: FirstOwnsAll(rank: job.rank, shards: 4, kernels: kernels))
    let step = try GANStep(configuration.model, configuration.training(ranks: job.size), samples: 4, engine: engine)
    let schedule = try EpochSchedule(plan: plan, deal: images.deal, lastBatch: .drop, steps: 100, epochs: nil)
    return RunState(
      configuration: configuration, options: RunOptions(), job: job, engine: engine, plan: plan, images: images,
      schedule: schedule, step: step, folder: folder, changes: "")
  }

  /// Gives every parameter and moment a value.
  private static func fill(_ step: GANStep, with value: Float) {
    for trained in [step.trainedGenerator, step.trainedDiscriminator] {
      for place in 0..<trained.network.flatCount { trained.network.parameters[place] = value }
      for (bucket, range) in trained.owned.ranges.enumerated() {
        for number in 0..<2 {
          trained.owned.state(number, ofBucket: bucket).update(repeating: value + Float(number) + 1, count: range.count)
        }
      }
    }
  }

  static func save(
    _ checkpoints: RunCheckpoints, _ state: RunState, _ step: Int, _ quality: Double? = nil, measure: String = "a"
  ) throws {
    try checkpoints.save(
      step, state.schedule, quality.map { ModelQuality(measure: measure, value: $0) }, losses: [])
  }

  func checkpoints() throws -> [String] { try place.names("run/checkpoints") }

  func file(_ path: String) throws -> SafetensorsFile {
    try SafetensorsFile(path: path, verification: .required)
  }

  private func inode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
  }

  // MARK: Which are kept

  @Test(arguments: [1, 2, 3])
  func theLastOnesAreKept(keep: Int) throws {
    let state = try Self.state(SingleProcess(), folder, ["output.checkpoints.keep=\(keep)"])
    let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
    #expect(try checkpoints.complete() == nil, "nothing was saved")
    var expected: [String] = []
    for step in [2, 4, 6, 8, 9] {
      try Self.save(checkpoints, state, step)
      // Those before it stay until it is on the disk.
      let before = try self.checkpoints()
      #expect(expected.allSatisfy(before.contains), "\(before)")
      #expect(try checkpoints.complete() == [])
      expected = Array((expected + ["00000\(step).safetensors"]).suffix(keep))
      #expect(try self.checkpoints() == expected)
      #expect(try CheckpointFacts(file(folder.checkpoint(step: step))).step == step)
    }
    #expect(try place.names("run") == ["checkpoints", "generator.onnx", "losses.png", "samples"])
  }

  /// What is saved is the state at `save`: steps that are made meanwhile change the networks and not the file.
  @Test func trainingGoesOnMeanwhile() throws {
    let state = try Self.state(SingleProcess(), folder)
    let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
    Self.fill(state.step, with: 5)
    try checkpoints.writeGenerator(2)
    let generator = try Data(contentsOf: URL(fileURLWithPath: folder.generator))
    try FileManager.default.removeItem(atPath: folder.generator)
    try Self.save(checkpoints, state, 2)
    Self.fill(state.step, with: 7)
    #expect(!FileManager.default.fileExists(atPath: folder.generator), "it comes with the checkpoint")
    _ = try checkpoints.complete()
    let saved = try file(folder.checkpoint(step: 2))
    for (name, value) in [("", Float(5)), (".exp_avg", 6), (".exp_avg_sq", 7)] {
      for tensor in ["generator.0.weight", "discriminator.1.weight"] {
        let values = try saved.floats((name.isEmpty ? "" : "optimizer.") + tensor + name)
        #expect(values.count >= 16 && values.allSatisfy { $0 == value }, "\(tensor)\(name)")
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.generator)) == generator)
  }

  /// Rank 0 alone knows when it is on the disk.
  @Test func whoKnows() throws {
    let folder = folder
    let known = try ThreadRank.run(3) { job in
      let state = try Self.state(job, folder)
      let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
      let before = checkpoints.isOnDisk
      try Self.save(checkpoints, state, 2)
      for _ in 0..<60_000 where job.isFirst && !checkpoints.isOnDisk { usleep(1000) }
      let after = checkpoints.isOnDisk
      let exists = folder.hasCheckpoint(of: 2)
      job.barrier()
      _ = try checkpoints.complete()
      return [before, after, job.isFirst ? exists : true, checkpoints.isOnDisk]
    }.map { try $0.get() }
    #expect(known == [[false, true, true, false], [false, false, true, false], [false, false, true, false]])
  }

  @Test func withoutOnnx() throws {
    let state = try Self.state(SingleProcess(), folder, ["output.onnx=never"])
    let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
    try Self.save(checkpoints, state, 2)
    _ = try checkpoints.complete()
    #expect(try place.names("run") == ["checkpoints", "losses.png", "samples"])
  }

  // MARK: The best

  /// Less is better; what was not measured, or is no number, never is; another measure begins anew.
  @Test func theBestIsKept() throws {
    let state = try Self.state(SingleProcess(), folder, ["output.checkpoints.keep=1"])
    let checkpoints = try RunCheckpoints(state, continuingFrom: 0, nil)
    let qualities: [(step: Int, quality: Double?, measure: String, best: Int?)] = [
      (2, nil, "a", nil), (4, 3, "a", 4), (6, 2, "a", 6), (8, 2.5, "a", 6), (10, .nan, "a", 6), (12, nil, "a", 6),
      (14, 2, "a", 6), (16, 9, "b", 16), (18, 8, "b", 18),
    ]
    for (step, quality, measure, best) in qualities {
      try Self.save(checkpoints, state, step, quality, measure: measure)
      let said = try #require(try checkpoints.complete())
      #expect(said.count == (best == step ? 1 : 0), "\(said)")
      if let best {
        #expect(try CheckpointFacts(file(folder.bestCheckpoint)).step == best, "after step \(step)")
        if best == step {
          let shown = quality == 2.5 ? "2.5" : "\(Int(quality!))"
          #expect(said[0].contains("\(measure) \(shown) after step \(step)") && said[0].contains("best.safetensors"))
          #expect(try inode(folder.bestCheckpoint) == inode(folder.checkpoint(step: step)), "a link, not a copy")
        }
      }
      let names = [folder.checkpoint(step: step)] + (best == nil ? [] : [folder.bestCheckpoint])
      #expect(try self.checkpoints() == names.map { String($0.split(separator: "/").last!) })
    }
  }

  @Test func aRunThatGoesOnKnowsItsBest() throws {
    let state = try Self.state(SingleProcess(), folder, ["output.checkpoints.keep=9"])
    let first = try RunCheckpoints(state, continuingFrom: 0, nil)
    for (step, quality) in [(2, 3.0), (4, 2.0), (6, 4.0)] {
      try Self.save(first, state, step, quality)
      _ = try first.complete()
    }
    let second = try RunCheckpoints(state, continuingFrom: 6, ModelQuality(measure: "a", value: 4))
    try Self.save(second, state, 8, 2.5)
    #expect(try second.complete() == [], "2 is better")
    #expect(try CheckpointFacts(file(folder.bestCheckpoint)).step == 4)
  }

  /// Goes on from step 2: what came after it leaves the run, the best too, and is found again beside it.
  @Test func anotherPathSetsLaterOnesAside() throws {
    let state = try Self.state(SingleProcess(), folder, ["output.checkpoints.keep=9"])
    let first = try RunCheckpoints(state, continuingFrom: 0, nil)
    for (step, quality) in [(2, 3.0), (4, 2.0), (6, 4.0)] {
      try Self.save(first, state, step, quality)
      _ = try first.complete()
    }
    let second = try RunCheckpoints(state, continuingFrom: 2, ModelQuality(measure: "a", value: 3))
    // The run's own quality is the best that is left of it.
    #expect(try CheckpointFacts(file(folder.bestCheckpoint)).step == 2)
    #expect(
      try checkpoints() == [
        "000002.safetensors", "000004.safetensors.superseded", "000006.safetensors.superseded", "best.safetensors",
        "best.safetensors.superseded",
      ])
    try Self.save(second, state, 4, 2.9)
    #expect(try second.complete()?.count == 1)
    #expect(try CheckpointFacts(file(folder.bestCheckpoint)).step == 4)
  }

  /// A run that was killed between its best checkpoint and the link to it.
  @Test func aKilledRunKeepsItsBest() throws {
    let state = try Self.state(SingleProcess(), folder)
    let first = try RunCheckpoints(state, continuingFrom: 0, nil)
    try Self.save(first, state, 2, 3)
    _ = try first.complete()
    try FileManager.default.removeItem(atPath: folder.bestCheckpoint)
    _ = try RunCheckpoints(state, continuingFrom: 2, ModelQuality(measure: "a", value: 3))
    #expect(try inode(folder.bestCheckpoint) == inode(folder.checkpoint(step: 2)))
  }
}
