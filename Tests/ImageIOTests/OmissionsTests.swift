import Files
import Foundation
import ImageIO
import Testing

/// Folders and files below `data.path` that are not the user's images.
struct OmissionsTests {
  let folder: TemporaryFolder
  let png: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    png = try PNGEncoder.bytes(of: Image(width: 2, height: 2, channels: 1))
  }

  private func source(_ place: String = "", omitting omissions: Omissions = .standard) throws -> FolderSource {
    try FolderSource(folder: folder.path + place, omitting: omissions)
  }

  private func names(_ place: String = "", omitting omissions: Omissions = .standard) throws -> [String] {
    let source = try source(place, omitting: omissions)
    return source.indices.map(source.name)
  }

  /// The files that every run has written, whatever the version.
  private func writeRun(_ path: String, metrics: String = #"{"step": 1, "epoch": 0}"# + "\n") throws {
    for name in ["losses.png", "samples/real.png", "samples/000000.png", "config.yaml"] {
      try folder.write(png, to: "\(path)/\(name)")
    }
    try folder.write(Array(metrics.utf8), to: "\(path)/metrics.jsonl")
  }

  static let systemFolders = [
    "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "Network Recycle Bin", "~snapshot",
    "$RECYCLE.BIN", "$Recycle.Bin", "RECYCLER", "System Volume Information", "__MACOSX", "Network Trash Folder",
    "Temporary Items", "lost+found", ".Trash-1000", ".thumbnails", ".AppleDouble", ".@__thumb", ".Trashes", ".recycle",
  ]

  @Test(arguments: systemFolders) func aSystemsFoldersAreLeftOut(name: String) throws {
    for path in ["a.png", "b/c.png", "\(name)/t.png", "b/\(name)/c.png/t.png"] { try folder.write(png, to: path) }
    #expect(try names() == ["a.png", "b/c.png"])
    let notes = try source().notes
    if name.hasPrefix(".") {
      #expect(notes.isEmpty, "hidden")
    } else {
      let said = "\(folder.path): left out 2 folders of thumbnails, trash or snapshots: \(name), b/\(name); "
      #expect(notes == [said + "data.folders: all reads them, too"])
      #expect(try names(omitting: []).count == 4)
      #expect(try names("/\(name)") == ["t.png"], "a folder that is asked for is read")
    }
  }

  @Test func likeNamesAreRead() throws {
    for name in ["eaDir", "recycle", "snapshot", "lost", "MACOSX", "@eaDir.png"] {
      try folder.write(png, to: "\(name)/a.png")
    }
    #expect(try names().count == 6 && source().notes.isEmpty)
  }

  @Test func whatDisttrainWroteIsLeftOut() throws {
    try folder.write(png, to: "a.png")
    for name in ["pics", "deep/down/pics"] {
      try folder.write(png, to: "\(name)/000000.png")
      try FolderMarker.record(["000000.png"], in: "\(folder.path)/\(name)", claimingWhole: true)
    }
    // A user's file there, too, belongs to the folder.
    try folder.write(png, to: "pics/mine/b.png")
    #expect(try names() == ["a.png"])
    let said = "\(folder.path): left out 2 folders that disttrain wrote: pics, deep/down/pics; "
    #expect(try source().notes == [said + "data.folders: all reads them, too"])
    #expect(try names(omitting: .system).count == 4)
    #expect(try names("/pics") == ["000000.png", "mine/b.png"])
    #expect(try source("/pics").notes.first?.hasSuffix("it is read because it was asked for") == true)
  }

  @Test func filesBesideTheUsersAreLeftOutByName() throws {
    for name in ["a.png", "line.png", "samples/1.png", "b/line.png", "b/c.png"] { try folder.write(png, to: name) }
    try FolderMarker.record(["line.png", "samples", "gone.png"], in: folder.path, claimingWhole: true)
    try FolderMarker.record(["line.png"], in: folder.path + "/b", claimingWhole: true)
    #expect(try names() == ["a.png", "b/c.png"])
    #expect(
      try source().notes == [
        "\(folder.path): left out 1 folder that disttrain wrote: samples; data.folders: all reads them, too",
        "\(folder.path): left out 2 files that disttrain wrote in the folder itself, b; "
          + "data.folders: all reads them, too",
      ])
  }

  /// Older versions wrote no marker.
  @Test func runFoldersOfOlderVersionsAreRecognized() throws {
    try folder.write(png, to: "a.png")
    try writeRun("runs/one")
    try writeRun("runs/two", metrics: "")
    #expect(try names() == ["a.png"])
    #expect(try source().notes.first?.contains("2 folders that disttrain wrote: runs/one, runs/two;") == true)
    #expect(try names("/runs/one").count == 3)
    // Others' experiments are not recognized by one name alone.
    try writeRun("other", metrics: #"{"epoch": 1}"#)
    for name in ["config.yaml", "samples/s.png"] { try folder.write(png, to: "half/\(name)") }
    #expect(try names().filter { $0.hasPrefix("other/") }.count == 3)
    #expect(try names().filter { $0.hasPrefix("half/") }.count == 1)
  }

  @Test func nothingElseIsThere() throws {
    try writeRun("run")
    try folder.write(png, to: "@eaDir/t.png")
    let error = #expect(throws: ImageError.self) { try source() }
    let message = try #require(error).description
    #expect(message.hasPrefix("\(folder.path): no images that match data.pattern \"*\" besides what was left out:\n"))
    #expect(message.contains("wrote: run;") && message.contains("snapshots: @eaDir;") && error?.isSystemError == false)
  }

  @Test func manyAreNotAllNamed() throws {
    for number in 1...7 { try folder.write(png, to: "\(number)/@eaDir/t.png") }
    try folder.write(png, to: "a.png")
    #expect(
      try source().notes.first?.contains(": 1/@eaDir, 2/@eaDir, 3/@eaDir, 4/@eaDir, 5/@eaDir and 2 more;") == true)
  }

  @Test func celebAIsReadAlike() throws {
    try folder.write(png, to: "img_align_celeba/000001.png")
    try folder.write(png, to: "img_align_celeba/@eaDir/000001.png")
    let source = try CelebASource(folder: folder.path)
    #expect(source.count == 1 && source.notes.count == 1)
    #expect(try CelebASource(folder: folder.path, omitting: []).count == 2)
  }
}
