import DistTrain
import Foundation
import Testing

@Suite struct RunFolderAtomicFileTests {
  @Test func replacesTheWholeFile() throws {
    let place = try TemporaryFolder()
    try place.write("a long old text", "file")
    try AtomicFile.write("new", to: place.path + "/file")
    #expect(try place.text("file") == "new")
    #expect(try place.names("") == ["file"])
  }

  @Test func aFailureInTheMiddleLeavesTheOldOne() throws {
    let place = try TemporaryFolder()
    try place.write("old", "file")
    let full = FileError("write", "file", number: ENOSPC)
    #expect(throws: full) {
      try AtomicFile.write(to: place.path + "/file") { append throws(FileError) in
        var failure: FileError?
        withUnsafeBytes(of: 1) { bytes in do throws(FileError) { try append(bytes) } catch { failure = error } }
        throw failure ?? full
      }
    }
    #expect(try place.text("file") == "old")
    #expect(try place.names("") == ["file"], "the temporary file is removed")
  }

  /// A limit on the size of files stands in for a full disk: the same call fails, after a part has been written.
  @Test func aWriteThatTheSystemCutsOffLeavesTheOldOne() async throws {
    await #expect(processExitsWith: .exitCode(ExitCode.inputOutput.rawValue)) {
      let place = try TemporaryFolder()
      try place.write("old", "file")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
      do {
        try AtomicFile.write([UInt8](repeating: 7, count: 5000), to: place.path + "/file")
      } catch let error as FileError {
        guard error.number == EFBIG, try place.text("file") == "old", try place.names("") == ["file"] else { exit(1) }
        exit(error.code.rawValue)
      }
    }
  }

  @Test func errorsNameThePathAndTheReason() throws {
    let place = try TemporaryFolder()
    let path = place.path + "/missing/file"
    let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: path) }
    #expect(error?.number == ENOENT && error?.code == .inputOutput)
    #expect(error?.message == "cannot open the folder \(place.path)/missing: No such file or directory")
    #expect(FileError("write", "/x", number: ENOSPC).message.contains("free some space"))
  }

  @Test func aFolderOfThatNameIsAnError() throws {
    let place = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: place.path + "/file", withIntermediateDirectories: true)
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: place.path + "/file") }
    #expect(try place.names("") == ["file"])
  }

  @Test func temporaryNames() {
    #expect(AtomicFile.isTemporary(".000500.safetensors.partial-4711"))
    #expect(!AtomicFile.isTemporary("000500.safetensors") && !AtomicFile.isTemporary(".partial"))
  }
}
