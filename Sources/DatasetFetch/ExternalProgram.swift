import Files
import Foundation
import Processes

/// A program of the system, run without a shell.
struct ExternalProgram {
  private let path: String

  /// The result of a program that has ended by itself.
  struct Outcome {
    /// Its exit code, or 128 + the signal that ended it.
    let status: Int32
    /// Its standard error.
    let errors: String
  }

  /// Finds `name` in PATH.
  init(_ name: String) throws(FetchError) {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    guard let path = Executable.find(name, in: folders) else { throw .noProgram(name) }
    self.path = path
  }

  private var name: String { String(path[path.index(after: path.lastIndex(of: "/")!)...]) }

  /// Runs it to its end, its standard output going to `output`.
  ///
  /// - Parameters:
  ///   - input: a descriptor that becomes its standard input.
  ///   - watch: called every tenth of a second while it runs.
  package func run(
    _ arguments: [String], input: Int32, output: ScratchFile, watch: () -> Void
  ) throws(FetchError) -> Outcome {
    let errors = try ScratchFile()
    let process = try start(arguments, input: .descriptor(input), output: output.descriptor, errors: errors)
    while true {
      if let status = process.status() { return Outcome(status: status, errors: errors.text) }
      watch()
      usleep(100_000)
    }
  }

  /// Runs it to its end and passes its standard output to `take` in pieces; if `take` throws, it is ended.
  package func run(_ arguments: [String], take: (UnsafeRawBufferPointer) throws -> Void) throws -> Outcome {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failed("make a pipe") }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let errors = try ScratchFile()
    let process: ChildProcess
    do {
      defer { close(ends[1]) }
      process = try start(arguments, input: .null, output: ends[1], errors: errors)
    }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    do {
      while true {
        let count = piece.withUnsafeMutableBytes { read(ends[0], $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        try piece.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      }
    } catch {
      process.send(SIGKILL)
      _ = process.wait()
      throw error
    }
    return Outcome(status: process.wait(), errors: errors.text)
  }

  private func start(
    _ arguments: [String], input: ChildProcess.Stream, output: Int32, errors: ScratchFile
  ) throws(FetchError) -> ChildProcess {
    do throws(StartError) {
      return try ChildProcess(
        path, arguments, input: input, output: .descriptor(output), errors: .descriptor(errors.descriptor))
    } catch {
      throw .programFailed(name, "cannot be started: \(error.reason)")
    }
  }

  private func failed(_ operation: String) -> FetchError {
    .programFailed(name, "cannot \(operation): \(String(cString: strerror(errno)))")
  }
}

/// A file without a name for a program's output; removed with this value.
final class ScratchFile {
  private let file: UnsafeMutablePointer<FILE>

  init() throws(FetchError) {
    guard let file = tmpfile() else {
      throw .file(.system(operation: "create a temporary file", path: NSTemporaryDirectory(), code: errno))
    }
    self.file = file
    _ = fcntl(fileno(file), F_SETFD, FD_CLOEXEC)
  }

  deinit { fclose(file) }

  var descriptor: Int32 { fileno(file) }

  /// Its content, at most 64 kB, without blank lines at its ends.
  package var text: String {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
