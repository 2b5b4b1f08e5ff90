import Foundation
import Glibc
import ModelFiles
import Testing

struct AtomicFileTests {
  @Test func replacesAsAWhole() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.replace(folder.file("f"), with: "old and long")
    try AtomicFile.replace(folder.file("f"), with: "new")
    #expect(try bytes(of: folder.file("f")) == Array("new".utf8))
    #expect(try folder.names() == ["f"])
  }

  @Test func abandonedWriteLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.replace(folder.file("f"), with: "old")
    do {
      let tensors = [TensorDeclaration(name: "a", shape: [1]), TensorDeclaration(name: "b", shape: [1])]
      var writer = try SafetensorsWriter(path: folder.file("f"), tensors: tensors)
      try writer.write("a", [1])
      #expect(try folder.names() == [".f.partial", "f"])
    }
    #expect(try bytes(of: folder.file("f")) == Array("old".utf8))
    #expect(try folder.names() == ["f"])
  }

  @Test func temporaryOfAKilledProcessGoesAway() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1, 2, 3], to: ".f.partial")
    try AtomicFile.replace(folder.file("f"), with: "new")
    #expect(try folder.names() == ["f"])
  }

  @Test func linksAreNotFollowed() throws {
    let folder = try TemporaryFolder()
    let outside = try folder.write([7], to: "outside")
    for name in [".f.partial", "f"] {
      try FileManager.default.createSymbolicLink(atPath: folder.file(name), withDestinationPath: outside)
      try AtomicFile.replace(folder.file("f"), with: "new")
      #expect(try bytes(of: outside) == [7])
      #expect(try bytes(of: folder.file("f")) == Array("new".utf8))
      try FileManager.default.removeItem(atPath: folder.file("f"))
    }
  }

  @Test func missingFolder() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("absent/f")
    let error = #expect(throws: ModelFileError.self) { try AtomicFile.replace(path, with: "") }
    guard case .system("create", _, ENOENT) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error!.description.contains("No such file or directory"))
  }

  @Test func failedRenameRemovesTheTemporary() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("f"), withIntermediateDirectories: false)
    let path = folder.file("f")
    let error = #expect(throws: ModelFileError.self) { try AtomicFile.replace(path, with: "") }
    #expect(error == .system(operation: "rename", path: path, code: EISDIR))
    #expect(try folder.names() == ["f"])
  }

  /// Nothing that is not a regular file is opened for long.
  @Test(.timeLimit(.minutes(1)))
  func pipesAndFoldersAreRefused() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
    for (path, found) in [(folder.file("pipe"), "a named pipe"), (folder.path, "a folder"), ("/dev/zero", "a device")] {
      let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
      #expect(error == .notAFile(path: path, found: found))
    }
    let absent = folder.file("absent")
    let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: absent) }
    #expect(error == .system(operation: "open", path: absent, code: ENOENT))
  }
}
