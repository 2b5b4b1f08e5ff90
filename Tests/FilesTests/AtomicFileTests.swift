import Files
import Foundation
import Glibc
import TestSupport
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
      let file = try AtomicFile(replacing: folder.file("f"))
      try file.write([1], at: 0)
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
    let error = #expect(throws: FileError.self) { try AtomicFile.replace(path, with: "") }
    #expect(
      error?.description
        == "\(folder.file("absent")): cannot open the folder: No such file or directory (errno 2). Check the path.")
  }

  @Test func aFullDiskSaysWhatToDo() {
    let error = FileError.system(operation: "write", path: "/x", code: ENOSPC)
    #expect(
      error.description == "/x: cannot write: No space left on device (errno 28)."
        + " Free some space, or choose a folder on another disk.")
  }

  /// A limit on the size of files simulates a full disk: the same call fails, after a part has been written.
  @Test func aWriteThatTheSystemCutsOffLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try AtomicFile.replace(folder.file("f"), with: "old")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
      let long = [UInt8](repeating: 7, count: 5000)
      let error = #expect(throws: FileError.self) { try AtomicFile.replace(folder.file("f"), with: long) }
      #expect(error == .system(operation: "write", path: folder.file("f"), code: EFBIG))
      #expect(try bytes(of: folder.file("f")) == Array("old".utf8))
      #expect(try folder.names() == ["f"])
    }
  }

  /// Without `throughLinks` nothing is written if the folder is a link.
  @Test func linkedFolder() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("real"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    let refused = FileError.system(operation: "open the folder", path: folder.file("link"), code: ELOOP)
    #expect(throws: refused) { try AtomicFile.replace(folder.file("link/f"), with: "new", throughLinks: false) }
    #expect(refused.description.contains("A symbolic link stands there"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("real")).isEmpty)

    try AtomicFile.replace(folder.file("link/f"), with: "new")
    #expect(try bytes(of: folder.file("real/f")) == Array("new".utf8))
    try AtomicFile.replace(folder.file("real/f"), with: "newer", throughLinks: false)
    #expect(try bytes(of: folder.file("real/f")) == Array("newer".utf8))
  }

  /// A file in the place of the folder is reported as such, not as a link.
  @Test func fileInPlaceOfTheFolder() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([1], to: "file")
    for throughLinks in [true, false] {
      #expect(throws: FileError.system(operation: "open the folder", path: file, code: ENOTDIR)) {
        try AtomicFile.replace(file + "/f", with: "", throughLinks: throughLinks)
      }
    }
  }

  /// The file goes to the folder that was opened, even if another folder has its path in the end.
  @Test func aFolderReplacedMeanwhile() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "other"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    var file = try AtomicFile(replacing: folder.file("a/f"), throughLinks: false)
    try FileManager.default.moveItem(atPath: folder.file("a"), toPath: folder.file("moved"))
    try FileManager.default.createSymbolicLink(atPath: folder.file("a"), withDestinationPath: folder.file("other"))
    try file.write([1], at: 0)
    try file.commit()
    #expect(try bytes(of: folder.file("moved/f")) == [1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("other")).isEmpty)
  }

  @Test func namesOfTemporaries() throws {
    #expect(AtomicFile.isTemporary(".000500.safetensors.partial") && AtomicFile.isTemporary(".f.partial"))
    for name in ["000500.safetensors", ".partial", "..partial", "f.partial", ".f", ".f.partial.png", ""] {
      #expect(!AtomicFile.isTemporary(name), "\(name)")
    }
  }

  /// Neither success nor any failure leaves the folder or the file open.
  @Test func nothingStaysOpen() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("taken"), withIntermediateDirectories: false)
    try FileManager.default.createDirectory(atPath: folder.file(".f.partial"), withIntermediateDirectories: false)
    for name in ["g", "taken", "f"] { try? AtomicFile.replace(folder.file(name), with: "new") }
    #expect(try folder.names() == [".f.partial", "g", "taken"])
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
    }
    #expect(!open.contains { $0.hasPrefix(folder.path) })
  }

  @Test func failedRenameRemovesTheTemporary() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("f"), withIntermediateDirectories: false)
    let path = folder.file("f")
    let error = #expect(throws: FileError.self) { try AtomicFile.replace(path, with: "") }
    #expect(error == .system(operation: "rename", path: path, code: EISDIR))
    #expect(try folder.names() == ["f"])
  }
}
