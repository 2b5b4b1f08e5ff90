import Files
import Foundation
import TestSupport
import Testing

struct FolderTests {
  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  @Test(arguments: ["a", "a/b/c", "a//b/", "a/./b/../c"]) func withThoseAboveIt(name: String) throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 {
      try Folder.create(folder.file(name))
      #expect(Self.isFolder(folder.file(name)))
    }
  }

  @Test func theirMode() throws {
    let folder = try TemporaryFolder()
    try Folder.create(folder.file("a/b"), mode: 0o700)
    for name in ["a", "a/b"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
      #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
  }

  @Test func aFolderBehindALinkIsThere() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.path)
    try Folder.create(folder.file("link"))
    try Folder.create(folder.file("link/a"))
    #expect(Self.isFolder(folder.file("a")))
    for path in ["/", ".", "/proc"] { try Folder.create(path) }
  }

  @Test func whatIsInTheWayIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([1], to: "file")
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file("absent"))
    #expect(throws: FileError.notAFolder(path: file)) { try Folder.create(file) }
    #expect(throws: FileError.notAFolder(path: file)) { try Folder.create(file + "/a") }
    #expect(throws: FileError.notAFolder(path: file)) { try Folder.create(file + "/a/b") }
    #expect(throws: FileError.system(operation: "open the folder", path: link, code: ENOENT)) {
      try Folder.create(link)
    }
    #expect(throws: FileError.system(operation: "create the folder", path: "", code: ENOENT)) { try Folder.create("") }
    let long = folder.file(String(repeating: "n", count: 300))
    #expect(throws: FileError.system(operation: "create the folder", path: long, code: ENAMETOOLONG)) {
      try Folder.create(long)
    }
    #expect(FileError.notAFolder(path: "x").description == "x: Not a directory. Check the path.")
  }

  @Test func namesInAFolder() throws {
    let folder = try TemporaryFolder()
    for name in ["b", ".hidden", "a b"] { _ = try folder.write([], to: name) }
    #expect(try Folder.names(in: folder.path).sorted() == [".hidden", "a b", "b"])
    #expect(throws: FileError.system(operation: "read the folder", path: folder.file("x"), code: ENOENT)) {
      try Folder.names(in: folder.file("x"))
    }
  }

  @Test(arguments: [("a", "."), ("/a", "/"), ("a/b", "a"), ("a/b/", "a"), ("/", "/"), ("", "."), ("/a/b", "/a")])
  func theFolderAPathIsIn(path: String, parent: String) {
    #expect(Folder.parent(of: path) == parent)
  }

  @Test func synchronizing() throws {
    let folder = try TemporaryFolder()
    try Folder.synchronize(folder.path)
    #expect(throws: FileError.system(operation: "open the folder", path: folder.file("x"), code: ENOENT)) {
      try Folder.synchronize(folder.file("x"))
    }
  }
}
