import Files
import Foundation
import TestSupport
import Testing

@Suite struct FolderMarkerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read() -> FolderMarker {
    FolderMarker(path: folder.file(FolderMarker.name).utf8CString.map { $0 })
  }

  private static func entries(_ names: String...) -> FolderMarker { .entries(Set(names.map { Array($0.utf8) })) }

  @Test func aFolderWithoutOtherFilesIsOwnAsAWhole() throws {
    try folder.write("", ".hidden")
    try FolderMarker.record(["a.png", "b.png"], in: folder.path, claimingWhole: true)
    #expect(read() == .wholeFolder)
    try folder.write("x", "mine.png")
    try FolderMarker.record(["c.png"], in: folder.path, claimingWhole: true)
    #expect(read() == .wholeFolder, "it stays so")
  }

  @Test func besideOtherFilesOnlyNamesAreOwn() throws {
    try folder.write("x", "mine.png")
    try FolderMarker.record(["a.png"], in: folder.path, claimingWhole: true)
    #expect(read() == Self.entries("a.png"))
    try FolderMarker.record(["b c.png", "#.png"], in: folder.path, claimingWhole: true)
    #expect(read() == Self.entries("a.png", "b c.png", "#.png"))
    try FileManager.default.removeItem(atPath: folder.file("mine.png"))
    try folder.write("x", "a.png")
    try FolderMarker.record(["d.png"], in: folder.path, claimingWhole: true)
    #expect(read() == .wholeFolder, "nothing else is left in it")
  }

  @Test func someFoldersAreNeverClaimed() throws {
    try FolderMarker.record(["line.png"], in: folder.path, claimingWhole: false)
    #expect(read() == Self.entries("line.png"))
    // A name that would read as two.
    try FolderMarker.record(["a\nb.png"], in: folder.path, claimingWhole: false)
    #expect(read() == Self.entries("line.png"))
    let other = try TemporaryFolder()
    try FolderMarker.record(["a\nb.png"], in: other.path, claimingWhole: false)
    #expect(try other.names().isEmpty, "without a name it would stand for the whole folder")
  }

  /// A marker made by hand, and one that cannot be read.
  @Test func whatNamesNothingStandsForTheWholeFolder() throws {
    try folder.write("", FolderMarker.name)
    #expect(read() == .wholeFolder)
    try folder.write("a remark\nof two lines\n\n\n", FolderMarker.name)
    #expect(read() == .wholeFolder)
    try FileManager.default.removeItem(atPath: folder.file(FolderMarker.name))
    try FileManager.default.createDirectory(atPath: folder.file(FolderMarker.name), withIntermediateDirectories: true)
    #expect(read() == .wholeFolder)
  }

  @Test func aFolderThatCannotBeWrittenIsSaid() {
    let error = #expect(throws: FileError.self) {
      try FolderMarker.record(["a.png"], in: folder.path + "/absent", claimingWhole: false)
    }
    #expect(error?.description.contains("No such file or directory") == true)
  }
}
