import DistTrain
import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct RunFolderTests {
  @Test func layout() throws {
    let folder = try RunFolder(in: "runs", name: "facades")
    #expect(folder.path == "runs/facades")
    #expect(folder.sample(step: 200) == "runs/facades/samples/000200.png")
    #expect(folder.realSample == "runs/facades/samples/real.png")
    #expect(folder.checkpoint(step: 500) == "runs/facades/checkpoints/000500.safetensors")
    #expect(folder.checkpoint(step: 12_345_678) == "runs/facades/checkpoints/12345678.safetensors")
    #expect(folder.metrics == "runs/facades/metrics.jsonl")
    #expect(folder.configuration == "runs/facades/config.yaml")
    #expect(folder.trace == "runs/facades/trace.safetensors")
  }

  @Test(arguments: ["", ".", "..", "a/b", "/etc", "../up", "a\0b", String(repeating: "x", count: 256)])
  func namesThatLeaveTheFolderAreRefused(name: String) {
    #expect(throws: RunFolderError.badName(name)) { try RunFolder(in: "runs", name: name) }
    #expect(RunFolderError.badName(name).code == .usage)
  }

  @Test func createsWhatIsMissing() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path + "/a/b", name: "run").create()
    #expect(try place.names("a/b/run") == ["checkpoints", "samples"])
    try folder.write("seed: 1\n", to: folder.configuration)
    let again = try RunFolder(in: place.path + "/a/b", name: "run").create()
    #expect(again == folder)
    #expect(try place.text("a/b/run/config.yaml") == "seed: 1\n")
    #expect(try place.names("a/b/run") == ["checkpoints", "config.yaml", "samples"], "no temporary file is left")
  }

  /// A folder that is gone is the system's fault, not bad data, whatever is written there.
  @Test func aMissingFolderIsAnInputOutputError() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run")
    let error = #expect(throws: RunFolderError.self) { try folder.write("x", to: folder.configuration) }
    #expect(error?.code == .inputOutput)
    #expect(error?.message.hasPrefix("\(folder.path): cannot open the folder: No such file or directory") == true)
    let tensors = [NamedTensor(name: "a", shape: [1], values: [1])]
    let written = #expect(throws: FileError.self) { try SafetensorsWriter.write(tensors, to: folder.trace) }
    #expect(written?.code == .inputOutput)
    #expect(FileError.missing(path: "x", code: ENOENT).code == .badData, "a file to be read is the user's")
  }

  @Test func aFileInTheWayIsSaid() throws {
    let place = try TemporaryFolder()
    try place.write("x", "runs")
    let folder = try RunFolder(in: place.path + "/runs", name: "run")
    #expect(throws: RunFolderError.notAFolder(place.path + "/runs")) { try folder.create() }
    try FileManager.default.createDirectory(atPath: place.path + "/r/run", withIntermediateDirectories: true)
    try place.write("x", "r/run/samples")
    let samples = try #require(realpath(place.path, nil).map { String(cString: $0) }) + "/r/run/samples"
    #expect(throws: RunFolderError.notAFolder(samples)) { try RunFolder(in: place.path + "/r", name: "run").create() }
  }

  // MARK: The start

  private func marker(_ folder: RunFolder) -> FolderMarker {
    FolderMarker(path: "\(folder.path)/\(FolderMarker.name)".utf8CString.map { $0 })
  }

  @Test func aRunMarksItsFolder() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run").create()
    let lock = try RunLock(of: folder)
    try folder.mark()
    #expect(marker(folder) == .wholeFolder)
    withExtendedLifetime(lock) {}
    // A folder that somebody has used for images before.
    let other = try RunFolder(in: place.path, name: "images").create()
    try place.write("x", "images/mine.png")
    try other.mark()
    guard case .entries(let names) = marker(other) else {
      Issue.record("the user's image would be left out, too")
      return
    }
    let images = ["samples", "losses.png", "samples.gif"].map { Array($0.utf8) }
    #expect(names.isSuperset(of: images) && !names.contains(Array("mine.png".utf8)))
  }

  @Test func foldersThatStayedEmptyAreRemoved() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path + "/a/b", name: "run")
    let missing = folder.missingFolders()
    _ = try folder.create()
    #expect(try RunFolder(in: place.path + "/a/b", name: "run").missingFolders().isEmpty)
    try place.write("x", "a/kept.txt")
    RunFolder.removeEmpty(missing)
    #expect(try place.names() == ["a"] && place.names("a") == ["kept.txt"])
    // What was there before is none of this start's folders, empty or not.
    try FileManager.default.createDirectory(atPath: place.path + "/old", withIntermediateDirectories: true)
    let second = try RunFolder(in: place.path + "/old", name: "run")
    let made = second.missingFolders()
    _ = try second.create()
    RunFolder.removeEmpty(made)
    #expect(try place.names("old").isEmpty && place.names().contains("old"))
  }

  @Test func whetherItCouldBeWrittenIsFoundWithoutWriting() throws {
    let place = try TemporaryFolder()
    try RunFolder(in: place.path + "/a/b", name: "run").requireWritable()
    try RunFolder(in: place.path, name: "run").create().requireWritable()
    #expect(try place.names() == ["run"] && place.names("run") == ["checkpoints", "samples"])
    try place.write("x", "file")
    for output in ["file", "file/a/b"] {
      #expect(throws: RunFolderError.notAFolder(place.path + "/file")) {
        try RunFolder(in: place.path + "/" + output, name: "run").requireWritable()
      }
    }
    try FileManager.default.createDirectory(atPath: place.path + "/run2", withIntermediateDirectories: true)
    try place.write("x", "run2/samples")
    #expect(throws: RunFolderError.notAFolder(place.path + "/run2/samples")) {
      try RunFolder(in: place.path, name: "run2").requireWritable()
    }
    symlink(place.path + "/nowhere", place.path + "/link")
    let error = #expect(throws: RunFolderError.self) {
      try RunFolder(in: place.path + "/link", name: "run").requireWritable()
    }
    #expect(error?.code == .inputOutput && error?.message.contains("/link: cannot open the folder") == true)
  }

  // MARK: Links

  @Test(arguments: ["samples", "checkpoints"])
  func aLinkedPartIsRefused(part: String) throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run").create()
    try FileManager.default.createDirectory(atPath: place.path + "/elsewhere", withIntermediateDirectories: true)
    rmdir(folder.path + "/" + part)
    symlink(place.path + "/elsewhere", folder.path + "/" + part)
    #expect(throws: RunFolderError.linkInside(folder.path + "/" + part)) {
      try RunFolder(in: place.path, name: "run").create()
    }
    #expect(throws: RunFolderError.self) { try folder.write("x", to: folder.path + "/\(part)/file") }
    #expect(try place.names("elsewhere").isEmpty)
  }

  @Test func aLinkedFileIsReplacedNotFollowed() throws {
    let place = try TemporaryFolder()
    let folder = try RunFolder(in: place.path, name: "run").create()
    try place.write("precious", "precious.txt")
    symlink(place.path + "/precious.txt", folder.configuration)
    try folder.write("seed: 1\n", to: folder.configuration)
    symlink(place.path + "/precious.txt", folder.metrics)
    #expect(throws: FileError.self) { try MetricsLog(at: folder.metrics, continuingFrom: 0) }
    symlink(place.path + "/precious.txt", folder.lock)
    #expect(throws: RunLockError.self) { try RunLock(of: folder) }
    #expect(try place.text("precious.txt") == "precious")
    #expect(try place.text("run/config.yaml") == "seed: 1\n")
  }

  @Test func theRunFolderItselfMayBeALink() throws {
    let place = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: place.path + "/scratch", withIntermediateDirectories: true)
    symlink(place.path + "/scratch", place.path + "/run")
    let folder = try RunFolder(in: place.path, name: "run").create()
    #expect(folder.path.hasSuffix("/scratch"))
    try folder.write("x", to: folder.configuration)
    #expect(try place.names("scratch") == ["checkpoints", "config.yaml", "samples"])
  }

  // MARK: Checkpoints

  private func folder(_ place: TemporaryFolder, checkpoints: [Int]) throws -> RunFolder {
    let folder = try RunFolder(in: place.path, name: "run").create()
    for step in checkpoints { try folder.write("\(step)", to: folder.checkpoint(step: step)) }
    return folder
  }

  @Test func checkpointsAreListedNewestFirst() throws {
    let place = try TemporaryFolder()
    #expect(try RunFolder(in: place.path, name: "run").checkpoints().isEmpty)
    let folder = try folder(place, checkpoints: [500, 1_500_000, 999_999, 0])
    for other in [
      "500.safetensors", "0000700.safetensors", "-00700.safetensors", "+00700.safetensors", "000700.pt",
      ".000700.safetensors.partial", "000700.safetensors.superseded", "notes.txt",
    ] { try place.write("", "run/checkpoints/" + other) }
    let files = try folder.checkpoints()
    #expect(files.map(\.step) == [1_500_000, 999_999, 500, 0])
    #expect(files[2].path == folder.path + "/checkpoints/000500.safetensors")
  }

  @Test func pruningKeepsTheNewest() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, checkpoints: [100, 200, 300, 400, 500])
    try folder.prune(keep: 3, valid: 500)
    #expect(try folder.checkpoints().map(\.step) == [500, 400, 300])
    try folder.prune(keep: 3, valid: 500)
    #expect(try folder.checkpoints().map(\.step) == [500, 400, 300])
    try folder.prune(keep: 0, valid: 500)
    #expect(try folder.checkpoints().map(\.step) == [500], "the last valid one is never removed")
  }

  @Test func pruningNeverCountsOnANewerOne() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, checkpoints: [100, 200, 300, 900])
    try folder.prune(keep: 1, valid: 300)
    #expect(try folder.checkpoints().map(\.step) == [900, 300])
  }

  @Test func nothingIsPrunedWhereTheValidOneHasGone() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, checkpoints: [100, 200])
    try folder.prune(keep: 1, valid: 300)
    #expect(try folder.checkpoints().map(\.step) == [200, 100])
  }

  @Test func anotherPathSetsLaterCheckpointsAside() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, checkpoints: [100, 200, 300])
    try folder.setAside(checkpointsAfter: 100)
    #expect(try folder.checkpoints().map(\.step) == [100])
    #expect(try place.text("run/checkpoints/000200.safetensors.superseded") == "200")
    #expect(try place.text("run/checkpoints/000300.safetensors.superseded") == "300")
  }

  @Test func leftTemporaryFilesAreRemoved() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, checkpoints: [100])
    try place.write("", "run/.config.yaml.partial")
    try place.write("", "run/samples/.000100.png.partial")
    try place.write("", "run/.mine")
    folder.removeTemporaryFiles()
    #expect(try place.names("run") == [".mine", "checkpoints", "samples"])
    #expect(try place.names("run/samples").isEmpty && folder.checkpoints().count == 1)
  }
}
