import Files
import Foundation
import Testing

/// Each in a process of its own, whose streams lead elsewhere. Exit code 0 stands for a stream that behaves.
@Suite struct StandardStreamTests {
  /// The errno that standard output has failed with; 0 if it has not.
  private static var failure: Int32 {
    do throws(FileError) { try StandardStream.requireOutput() } catch {
      guard case .system("write", "standard output", let code) = error else { return -1 }
      return code
    }
    return 0
  }

  @Test func allBytesArriveInOrder() async {
    await #expect(processExitsWith: .exitCode(0)) {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      dup2(ends[1], STDOUT_FILENO)
      // More than a pipe holds, by a writer that must wait for the reader.
      _ = fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK)
      let text = (0..<30_000).map { "\($0) äöü\n" }.joined()
      let (input, output) = (ends[0], ends[1])
      Thread {
        StandardStream.output.write(text)
        close(STDOUT_FILENO)
        close(output)
      }.start()
      let read = FileHandle(fileDescriptor: input).readDataToEndOfFile()
      exit(read == Data(text.utf8) && Self.failure == 0 ? 0 : 1)
    }
  }

  @Test func aFailedWriteIsRemembered() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let full = open("/dev/full", O_WRONLY)
      for stream in [STDOUT_FILENO, STDERR_FILENO] { dup2(full, stream) }
      StandardStream.errors.write("x")
      guard Self.failure == 0 else { exit(1) }
      StandardStream.output.write("x")
      guard Self.failure == ENOSPC else { exit(2) }
      close(STDOUT_FILENO)
      StandardStream.output.write("x")
      exit(Self.failure == ENOSPC ? 0 : 3)  // the first one
    }
  }

  @Test func aTerminalThatClosesIsAFailure() async {
    await #expect(processExitsWith: .exitCode(0)) {
      var (main, other): (Int32, Int32) = (-1, -1)
      guard openpty(&main, &other, nil, nil, nil) == 0 else { exit(1) }
      dup2(other, STDOUT_FILENO)
      dup2(other, STDERR_FILENO)
      close(main)
      StandardStream.errors.write("x")
      StandardStream.output.write("x")
      exit(Self.failure == EIO ? 0 : 2)
    }
  }

  @Test func aReaderThatLeavesIsNoFailure() async {
    await #expect(processExitsWith: .exitCode(0)) {
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      dup2(ends[1], STDOUT_FILENO)
      close(ends[0])
      StandardStream.output.write("x")
      exit(Self.failure == 0 ? 0 : 1)
    }
  }

  /// Without a reader the wait for a full pipe must end.
  @Test func aStreamThatTakesNothingIsGivenUp() async {
    await #expect(processExitsWith: .exitCode(0)) {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      dup2(ends[1], STDOUT_FILENO)
      _ = fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK)
      StandardStream.output.write(String(repeating: "x", count: 1 << 20))
      exit(Self.failure == EAGAIN ? 0 : 1)
    }
  }

  /// Gives this thread descriptors that it shares with no other: the testing library's threads open files, too.
  ///
  /// - Returns: whether the system call unshare(2), which Glibc's module does not show, did so.
  private static func takeOwnDescriptors() -> Bool {
    let cloneFiles: Int32 = 0x400
    guard let symbol = dlsym(nil, "unshare") else { return false }
    return unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)(cloneFiles) == 0
  }

  @Test func noFileTakesTheNumberOfAClosedStream() async {
    await #expect(processExitsWith: .exitCode(0)) {
      guard Self.takeOwnDescriptors() else { exit(3) }
      for number in [STDOUT_FILENO, STDERR_FILENO] { close(number) }
      StandardStream.reserveDescriptors()
      guard open("/dev/null", O_WRONLY) > STDERR_FILENO else { exit(1) }
      StandardStream.output.write("x")
      exit(Self.failure == EBADF ? 0 : 2)
    }
  }
}
