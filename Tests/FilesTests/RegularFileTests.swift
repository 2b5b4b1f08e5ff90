import Files
import Foundation
import TestSupport
import Testing

/// Reading whole files.
struct RegularFileTests {
  @Test(arguments: [0, 1, 4095, 4096, 4097, 100_000]) func allOfAFile(count: Int) throws {
    let folder = try TemporaryFolder()
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 + $0 >> 8) }
    let path = try folder.write(content, to: "f")
    let file = try RegularFile(path: path)
    #expect(file.size == count)
    #expect(try file.contents() == content)
    #expect(try contents(ofFile: path) == content)
    #expect(try SHA256.digest(ofFile: path) == content.withUnsafeBytes { SHA256.digest(of: $0) })
  }

  /// The size at opening is only a hint.
  @Test func whatHasGrownOrShrunkSince() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 1, count: 10_000), to: "f")
    let file = try RegularFile(path: path)
    _ = try folder.write([UInt8](repeating: 2, count: 300_000), to: "f")
    #expect(try file.contents() == [UInt8](repeating: 2, count: 300_000))
    _ = try folder.write([3, 4], to: "f")
    #expect(try file.contents() == [3, 4])
    let error = #expect(throws: FileError.self) { try file.bytes(at: 1, count: 5) }
    #expect(error == .damaged(path: path, found: "its end at byte 2", expected: "6 bytes"))
  }

  /// Files of /proc have size 0, and some can be read only from their beginning.
  @Test func filesWithoutASize() throws {
    let status = String(decoding: try #require(try contents(ofFile: "/proc/self/status")), as: UTF8.self)
    #expect(status.hasPrefix("Name:") && status.contains("\nVmHWM:") && status.hasSuffix("\n"))
    #expect(try contents(ofFile: "/proc/sys/kernel/random/boot_id")?.count == 37)
  }

  /// Refused at once: opening or reading must not wait for a writer of the pipe.
  @Test(.timeLimit(.minutes(10)))
  func pipesAndFoldersAreRefused() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
    for (path, found) in [(folder.file("pipe"), "a named pipe"), (folder.path, "a folder"), ("/dev/zero", "a device")] {
      #expect(throws: FileError.notAFile(path: path, found: found)) { _ = try RegularFile(path: path) }
    }
    let absent = folder.file("absent")
    let error = #expect(throws: FileError.self) { _ = try RegularFile(path: absent) }
    #expect(error == .missing(path: absent, code: ENOENT))
    #expect(error?.description == "\(absent): cannot open: No such file or directory. Check the path.")
    #expect(error?.reason == "No such file or directory")
  }

  @Test func aNameNeedNotBeUTF8() throws {
    let folder = try TemporaryFolder()
    let name = folder.path.utf8CString.dropLast() + [CChar(bitPattern: 47), CChar(bitPattern: 0xFF), 0]
    try #require(close(open(Array(name), O_CREAT | O_WRONLY, 0o600)) == 0)
    #expect(try RegularFile(bytes: Array(name)).path == folder.path + "/\u{FFFD}")
    #expect(throws: FileError.self) { _ = try RegularFile(path: folder.path + "/\u{FFFD}") }
  }

  /// Links are refused, and a missing file gives nil.
  @Test func ownFiles() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1], to: "f")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: path)
    #expect(try contents(ofFile: folder.file("absent")) == nil)
    #expect(throws: FileError.system(operation: "read", path: folder.file("link"), code: ELOOP)) {
      try contents(ofFile: folder.file("link"))
    }
    #expect(throws: FileError.system(operation: "read", path: folder.path, code: EISDIR)) {
      try contents(ofFile: folder.path)
    }
    #expect(throws: FileError.system(operation: "read", path: path + "/f", code: ENOTDIR)) {
      try contents(ofFile: path + "/f")
    }
  }
}
