import Cluster
import ClusterTestSupport
import Configuration
import DistTrain
import Foundation
import GAN
import ModelFiles
import Reporting
import TestSupport
import Testing

/// Which checkpoint a run goes on from, on one rank and on several.
@Suite struct ResumptionTests {
  private let place: TemporaryFolder
  private let folder: RunFolder

  init() throws {
    place = try TemporaryFolder()
    folder = try RunFolder(in: place.path, name: "run").create()
  }

  private static let yaml = "{name: run, data: {source: synthetic}, train: {batch: 16, shards: 4, steps: 9}}"

  /// A checkpoint's metadata with one tensor.
  private func write(_ step: Int, _ changes: [String: String?] = [:]) throws {
    var metadata: [String: String] = [
      "format": "disttrain checkpoint 1", "step": "\(step)", "epoch": "1", "shards": "4", "seed": "1",
      "instructionSet": "avx2", "data": "ab", "configuration": Self.yaml, "changes": "", "updates.generator": "1",
      "updates.discriminator": "1", "arithmetic": "2",
    ]
    for (key, value) in changes { metadata[key] = value }
    try SafetensorsWriter.write(
      [NamedTensor(name: "a", shape: [2], values: [1, 2])], metadata: metadata, to: folder.checkpoint(step: step))
  }

  private func find(_ overrides: [String] = [], _ options: RunOptions = RunOptions(), yaml: String = yaml) throws
    -> Resumption
  {
    try Resumption.find(configuration(yaml, overrides), options, in: folder, job: SingleProcess())
  }

  private func message(_ overrides: [String] = [], _ options: RunOptions = RunOptions()) -> String {
    do {
      _ = try find(overrides, options)
      return ""
    } catch { return "\(UserFacingError(error).code.rawValue) \(UserFacingError(error).message)" }
  }

  @Test func aNewRun() throws {
    let resumption = try find()
    #expect(resumption.facts == nil && resumption.file == nil && resumption.notes.isEmpty)
    try write(3)
    #expect(try find([], RunOptions(resume: .none)).facts == nil)
  }

  @Test func theNewestOnEveryRank() throws {
    for step in [3, 12, 7] { try write(step) }
    let (folder, yaml) = (folder, Self.yaml)
    let found = ThreadRank.run(3) { job in
      let resumption = try Resumption.find(configuration(yaml), RunOptions(), in: folder, job: job)
      return (facts: resumption.facts, hasFile: resumption.file != nil)
    }
    let all = try found.map { try $0.get() }
    #expect(all.map(\.hasFile) == [true, false, false])
    let expected = CheckpointFacts(
      step: 12, epoch: 1, shards: 4, seed: 1, generatorUpdates: 1, discriminatorUpdates: 1, instructionSet: "avx2",
      data: "ab", configuration: Self.yaml, changes: "")
    #expect(all.map(\.facts) == [expected, expected, expected])
  }

  @Test func damagedOnesArePassedOver() throws {
    for step in [1, 2, 3, 4, 5, 6] { try write(step) }
    try Data(Data(contentsOf: URL(fileURLWithPath: folder.checkpoint(step: 6))).dropLast())
      .write(to: URL(fileURLWithPath: folder.checkpoint(step: 6)))
    try write(5, ["format": "another 1"])
    try write(4, ["step": "99999999999999999999"])
    try write(3, ["shards": "-4"])
    try write(2, ["data": nil])
    let resumption = try find()
    #expect(resumption.facts?.step == 1 && resumption.notes.count == 5)
    for (note, step) in zip(resumption.notes, [6, 5, 4, 3, 2]) {
      #expect(note.hasPrefix("passed over: \(folder.checkpoint(step: step)):"))
    }
  }

  @Test func noneIsGood() throws {
    try write(2, ["format": "another 1"])
    #expect(message().hasPrefix("65 \(folder.checkpointsFolder): none of the checkpoints, 1 in all, can be used"))
    #expect(message().contains("--resume none"))
    #expect(message([], RunOptions(resume: .none)).isEmpty)
  }

  @Test func aFileByName() throws {
    try write(2)
    try write(4)
    #expect(try find([], RunOptions(resume: .file(folder.checkpoint(step: 2)))).facts?.step == 2)
    #expect(message([], RunOptions(resume: .file("/absent"))).hasPrefix("65 /absent: cannot open"))
    try write(4, ["format": "another 1"])
    #expect(message([], RunOptions(resume: .file(folder.checkpoint(step: 4)))).contains("another 1"))
  }

  @Test(arguments: [
    ("train.batch=32", "train.batch: 16 → 32"), ("seed=2", "seed: 1 → 2"), ("train.shards=8", "train.shards: 4 → 8"),
    ("data.lastBatch=keep", "data.lastBatch: drop → keep"),
    ("train.noise=fresh", "train.noise: reuse → fresh"),
  ])
  func aSettingThatMayNotChange(change: String, text: String) throws {
    try write(2)
    let refused = message([change])
    let key = String(change.split(separator: "=")[0])
    #expect(refused.hasPrefix("64 \(folder.checkpoint(step: 2)) was made with other settings:\n  \(text)\n"))
    #expect(refused.contains("--allow-change \(key)") && refused.contains("--resume none"))
    let allowed = try find([change], RunOptions(allowedChanges: [key]))
    #expect(allowed.notes == ["changed since the checkpoint, as allowed: \(text)"])
    #expect(allowed.facts?.changes == "after step 2: \(text)")
    #expect(!message([change], RunOptions(allowedChanges: ["name"])).isEmpty)
  }

  /// No option can put a checkpoint's tensors into networks of other shapes, so none is offered.
  @Test(arguments: [
    ("model.generator.width=8", "generator.0.weight [100, 512, 4, 4], which would be [100, 64, 4, 4]"),
    ("model.latent.size=50", "generator.0.weight [100, 512, 4, 4], which would be [50, 512, 4, 4]"),
    ("data.image.size=32", "generator.0.weight [100, 512, 4, 4], which would be [100, 256, 4, 4]"),
    ("data.image.channels=1", "generator.12.weight [64, 3, 4, 4], which would be [64, 1, 4, 4]"),
    ("data.image.size=128", "generator.0.weight [100, 512, 4, 4], which would be [100, 1024, 4, 4]"),
  ])
  func aSettingThatCannotChange(change: String, misfit: String) throws {
    try write(2)
    let key = String(change.split(separator: "=")[0])
    for options in [RunOptions(), RunOptions(allowedChanges: [key])] {
      let refused = message([change], options)
      #expect(refused.hasPrefix("64 \(folder.checkpoint(step: 2)) was made with other settings:\n  \(key): "))
      #expect(refused.contains(misfit) && refused.contains("--resume none"), "\(refused)")
      #expect(!refused.contains("--allow-change"), "\(refused)")
    }
  }

  /// A key that the checkpoint lacks means what programs did before there was the key, and not its default. All keys with
  /// such a meaning are free today: here each is fixed in turn.
  @Test(arguments: [("watchdog", "0", "60"), ("output.tensorboard", "false", "true")])
  func aFixedKeyThatTheCheckpointLacks(key: String, older: String, standard: String) throws {
    func find(_ overrides: [String] = [], allowing allowed: [String] = []) throws -> Resumption {
      try Resumption.find(
        configuration(Self.yaml, overrides), RunOptions(allowedChanges: allowed), in: folder, job: SingleProcess()
      ) { $0.key == key ? .fixed : $0.rule }
    }
    try write(2)
    let error = try #require(#expect(throws: (any Error).self) { try find() })
    let refused = UserFacingError(error)
    #expect(refused.code == .usage)
    #expect(refused.message.contains("was made with other settings:\n  \(key): \(older) → \(standard)\n"))
    #expect(try find(["\(key)=\(older)"]).notes.isEmpty)
    #expect(try find(allowing: [key]).facts?.changes == "after step 2: \(key): \(older) → \(standard)")

    try write(3, ["configuration": configuration(Self.yaml).yaml])
    #expect(try find().notes.isEmpty, "a checkpoint that has the key means what it says")
  }

  /// Images are read as before there was a setting for it, unless the change is allowed; a new run is not concerned.
  @Test func anOlderReadingOfImagesStays() throws {
    let yaml = Self.yaml.replacingOccurrences(of: "source: synthetic", with: "source: folder, path: /images")
    func continued(_ overrides: [String] = [], allowing allowed: [String] = []) throws -> (DataSettings, [String]) {
      let options = RunOptions(allowedChanges: allowed)
      let resumption = try find(overrides, options, yaml: yaml)
      let continued = try resumption.configuration(continuing: configuration(yaml, overrides), options)
      return (continued.data, resumption.notes)
    }
    #expect(try continued().0.reading == .asShown && continued().0.folders == .images)
    try write(2, ["configuration": yaml])
    let (data, notes) = try continued()
    #expect(data.reading == .asStored && data.folders == .all)
    let kept = [
      "data.orientation stays stored, as in the checkpoint; exif needs --allow-change data.orientation",
      "data.background stays ignore, as in the checkpoint; file needs --allow-change data.background",
      "data.formats stays png, jpeg, as in the checkpoint; png, jpeg, webp, tiff, bmp, gif, heic, avif needs "
        + "--allow-change data.formats",
      "data.folders stays all, as in the checkpoint; images needs --allow-change data.folders",
    ]
    #expect(notes == kept)
    let old = ["data.orientation=stored", "data.background=ignore", "data.formats=[png, jpeg]", "data.folders=all"]
    #expect(try continued(old).1.isEmpty)
    let allowed = try continued(allowing: ["data.orientation"])
    #expect(allowed.0.orientation == .exif && allowed.0.background == .ignore)
    #expect(
      allowed.1 == kept.dropFirst() + ["changed since the checkpoint, as allowed: data.orientation: stored → exif"])
    #expect(throws: (any Error).self, "neither the old background nor the default") {
      try continued(["data.background=black"])
    }

    // The continued run records what it keeps, and goes on so.
    try write(3, ["configuration": configuration(yaml, ["data.orientation=stored"]).yaml])
    #expect(try continued().0.orientation == .stored)
    try write(4, ["configuration": configuration(yaml).yaml])
    #expect(try continued().0.orientation == .exif && continued().1.isEmpty)
    #expect(throws: (any Error).self, "not back to the old meaning") { try continued(["data.orientation=stored"]) }
  }

  @Test func changesAddUp() throws {
    try write(5, ["changes": "after step 2: seed: 0 → 1"])
    #expect(try find().facts?.changes == "after step 2: seed: 0 → 1")
    let again = try find(["seed=3"], RunOptions(allowedChanges: ["seed"]))
    #expect(again.facts?.changes == "after step 2: seed: 0 → 1\nafter step 5: seed: 1 → 3")
  }

  @Test(arguments: [
    "train.steps=90", "train.epochs=3", "threads=2", "train.shards=auto", "output.folder=/elsewhere",
    "output.checkpoints.every=7", "output.samples.count=4",
  ])
  func aSettingThatMayChange(change: String) throws {
    try write(2)
    let resumption = try find([change])
    #expect(resumption.facts?.step == 2 && resumption.notes.isEmpty && resumption.facts?.changes == "")
  }

  // MARK: Algorithms

  /// The configuration that a run of these settings records.
  private func recorded(_ overrides: [String]) throws -> Configuration {
    try configuration(Self.yaml, overrides).resolved(shards: 4, .avx2)
  }

  private func continued(_ overrides: [String], _ options: RunOptions = RunOptions()) throws -> KernelSettings {
    try find(overrides, options).configuration(continuing: configuration(Self.yaml, overrides), options).kernels
  }

  /// Whatever would be chosen today; and asking for what there is, is no change.
  @Test(arguments: [
    ["kernels.algorithm=direct"], ["kernels.algorithm=F2"], ["kernels.discriminator.2.weights=im2col"],
  ])
  func theAlgorithmsStay(asked: [String]) throws {
    let recorded = try recorded(asked)
    try write(2, ["configuration": recorded.yaml])
    for overrides in [[], asked] {
      #expect(message(overrides).isEmpty)
      #expect(try continued(overrides) == recorded.kernels)
    }
    #expect(recorded.kernels.instructionSet == .avx2)
  }

  // MARK: Arithmetic

  /// A checkpoint without a number is of a program that computed im2col by OpenBLAS.
  @Test func anOlderArithmetic() throws {
    try write(2, ["configuration": recorded(["kernels.algorithm=F2"]).yaml, "arithmetic": nil])
    #expect(try find().facts?.arithmetic == 1 && find().notes.isEmpty)

    let asked = ["kernels.generator.3.weights=im2col", "kernels.discriminator.8.forward=im2col"]
    for overrides in [[], asked] {
      try write(2, ["configuration": recorded(asked).yaml, "arithmetic": nil])
      let text = "arithmetic: 1 → 2, im2col of generator.3 (weights), discriminator.8 (forward)"
      #expect(
        message(overrides).hasPrefix("64 \(folder.checkpoint(step: 2)) was made by another program:\n  \(text)\n"))
      #expect(message(overrides).contains("Continue with that program, begin a new run with --resume none"))
      let allowed = try find(overrides, RunOptions(allowedChanges: ["arithmetic"]))
      #expect(allowed.notes == ["changed since the checkpoint, as allowed: \(text)"])
      #expect(allowed.facts?.changes == "after step 2: \(text)")
    }
    #expect(try find(["train.steps=2"]).notes.isEmpty, "nothing is left to compute")
    let others = ["kernels.algorithm=direct"]
    #expect(try find(others, RunOptions(allowedChanges: ["kernels"])).facts?.changes.contains("arithmetic") == false)
    #expect(message(["seed=2"]).contains("with other settings, by another program:\n  seed: 1 → 2\n  arithmetic: 1"))
    #expect(message(["seed=2"]).contains("--allow-change seed --allow-change arithmetic"))
  }

  /// Also where an algorithm is asked for in general, and no layer's is written out.
  @Test func anOlderArithmeticOfAllLayers() throws {
    let general = Self.yaml.dropLast() + ", kernels: {algorithm: im2col}}"
    try write(2, ["configuration": String(general), "arithmetic": nil])
    #expect(
      message(["kernels.algorithm=im2col"]).contains("generator.0 (forward, data, weights), generator.3 (forward"))
  }

  @Test func aNewerArithmetic() throws {
    try write(2, ["arithmetic": "3"])
    #expect(message().contains("arithmetic: 3 → 2\nA newer program made it"))
    #expect(
      try find([], RunOptions(allowedChanges: ["arithmetic"])).facts?.changes == "after step 2: arithmetic: 3 → 2")
    try write(2, ["arithmetic": "-1"])
    #expect(message().hasPrefix("65 "))
  }

  @Test func otherAlgorithmsAreRefused() throws {
    let recorded = try recorded(["kernels.algorithm=direct"])
    try write(2, ["configuration": recorded.yaml])
    let asked = ["kernels.discriminator.2.weights=F2", "kernels.generator.3.data=F4"]
    let refused = message(asked)
    #expect(refused.hasPrefix("64 "))
    #expect(refused.contains("kernels.generator.3.data: direct → F4\n  kernels.discriminator.2.weights: direct → F2\n"))
    #expect(refused.components(separatedBy: "--allow-change kernels").count == 2, "once: \(refused)")

    let allowed = RunOptions(allowedChanges: ["kernels"])
    #expect(try find(asked, allowed).facts?.changes.split(separator: "\n").count == 2)
    let kernels = try continued(asked, allowed)
    #expect(kernels.layers["discriminator.2"] == .init(forward: .direct, data: .direct, weights: .winograd2))
    #expect(kernels.layers["generator.3"] == .init(forward: .direct, data: .winograd4, weights: .direct))
    #expect(kernels.layers["discriminator.5"] == recorded.kernels.layers["discriminator.5"])

    let one = RunOptions(allowedChanges: ["kernels.generator.3.data"])
    #expect(message(asked, one).contains("discriminator.2") && !message(asked, one).contains("generator.3"))
    #expect(message(["kernels.algorithm=direct"]).isEmpty)
    #expect(message(["kernels.algorithm=F2"]).contains("kernels.discriminator.8.forward: direct → F2"))
  }
}
