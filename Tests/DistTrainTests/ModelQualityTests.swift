import DistTrain
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct ModelQualityTests {
  private func quality(_ value: Double, _ measure: String = "slicedWasserstein") -> ModelQuality {
    ModelQuality(measure: measure, value: value)
  }

  @Test func lessIsBetter() {
    #expect(quality(2).isBetter(than: nil) && quality(2).isBetter(than: quality(3)))
    #expect(!quality(2).isBetter(than: quality(2)) && !quality(2).isBetter(than: quality(1)))
    #expect(quality(9).isBetter(than: quality(1, "lossHeldOut")), "another measure begins anew")
    #expect(!quality(.nan).isBetter(than: nil) && !quality(.infinity).isBetter(than: nil))
  }

  @Test func asText() {
    for value in [61.25, 1e-12, 0.1 + 0.2] { #expect(ModelQuality(quality(value).description) == quality(value)) }
    for text in ["", "slicedWasserstein", "slicedWasserstein x", "a 1 2", "a nan"] {
      #expect(ModelQuality(text) == nil, "\(text)")
    }
  }
}

/// The best checkpoint of a run folder.
@Suite struct BestCheckpointTests {
  private let place: TemporaryFolder

  init() throws { place = try TemporaryFolder() }

  private func folder() throws -> RunFolder { try RunFolder(in: place.path, name: "run").create() }

  private func write(_ folder: RunFolder, step: Int, _ value: Double) throws {
    let facts = CheckpointFacts(
      step: step, epoch: 0, shards: 8, seed: 1, generatorUpdates: step, discriminatorUpdates: step,
      instructionSet: "baseline", data: "", configuration: "", changes: "",
      quality: ModelQuality(measure: "slicedWasserstein", value: value))
    try SafetensorsWriter.write(
      [NamedTensor(name: "a", shape: [1], values: [Float(step)])], metadata: facts.metadata,
      to: folder.checkpoint(step: step))
  }

  @Test func itStaysWhenItsCheckpointGoes() throws {
    let folder = try folder()
    #expect(folder.bestFacts() == nil)
    for step in 1...4 {
      try write(folder, step: step, 10 - Double(step))
      if step <= 2 { try folder.keepAsBest(step: step) }
    }
    try folder.prune(keep: 1, valid: 4)
    #expect(try folder.checkpoints().map(\.step) == [4], "the best one is none of them")
    let facts = try #require(folder.bestFacts())
    #expect(facts.step == 2 && facts.quality?.value == 8)
    #expect(try SafetensorsFile(path: folder.bestCheckpoint, verification: .required).floats("a") == [2])
  }

  @Test func itMayBeKeptAgain() throws {
    let folder = try folder()
    try write(folder, step: 3, 1)
    for _ in 0..<2 { try folder.keepAsBest(step: 3) }
    #expect(folder.bestFacts()?.step == 3)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.checkpointsFolder).sorted()
    #expect(names == ["000003.safetensors", "best.safetensors"])
  }

  @Test func oneOfAnotherPathIsSetAside() throws {
    let folder = try folder()
    try write(folder, step: 5, 1)
    try folder.keepAsBest(step: 5)
    try folder.setAside(bestAfter: 5)
    #expect(folder.bestFacts()?.step == 5)
    try folder.setAside(bestAfter: 4)
    #expect(folder.bestFacts() == nil)
    #expect(FileManager.default.fileExists(atPath: folder.bestCheckpoint + ".superseded"))
  }

  @Test func aDamagedOneIsNone() throws {
    let folder = try folder()
    try Data("no checkpoint".utf8).write(to: URL(filePath: folder.bestCheckpoint))
    #expect(folder.bestFacts() == nil)
    try folder.setAside(bestAfter: 0)
  }
}
