import Foundation

/// A program of the system that does one thing well, run without a shell.
///
/// Started by posix_spawn, for Foundation's `Process` inherits the signal mask of whichever thread calls it, and waits by a
/// run loop.
struct ExternalProgram {
  private let path: String

  /// What a program left behind when it ended by itself.
  struct Outcome {
    /// Its exit code, or 128 + the signal that ended it.
    let status: Int32
    /// What it said on standard error.
    let errors: String
  }

  /// Finds `name` in PATH.
  init(_ name: String) throws(FetchError) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let paths = folders.map { "\($0)/\(name)" }
    guard let path = paths.first(where: { access($0, X_OK) == 0 }) else { throw .noProgram(name) }
    self.path = path
  }

  private var name: String { String(path[path.index(after: path.lastIndex(of: "/")!)...]) }

  /// Runs it to its end, its standard output going to `output`.
  ///
  /// - Parameters:
  ///   - input: a descriptor that becomes its standard input.
  ///   - watch: called every tenth of a second while it runs.
  func run(
    _ arguments: [String], input: Int32, output: ScratchFile, watch: () -> Void
  ) throws(FetchError) -> Outcome {
    let errors = try ScratchFile()
    let process = try start(arguments, input: input, output: output.descriptor, errors: errors)
    while true {
      if let status = process.status(waits: false) { return Outcome(status: status, errors: errors.text) }
      watch()
      usleep(100_000)
    }
  }

  /// Runs it to its end and hands its standard output over in pieces; where `take` throws, it is ended.
  func run(_ arguments: [String], take: (UnsafeRawBufferPointer) throws -> Void) throws -> Outcome {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failed("make a pipe") }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let errors = try ScratchFile()
    let process: Child
    do {
      defer { close(ends[1]) }
      process = try start(arguments, input: nil, output: ends[1], errors: errors)
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
      kill(process.identifier, SIGKILL)
      _ = process.status(waits: true)
      throw error
    }
    return Outcome(status: process.status(waits: true)!, errors: errors.text)
  }

  private struct Child {
    let identifier: pid_t

    /// How it ended; nil where it still runs and nobody waits.
    func status(waits: Bool) -> Int32? {
      var status: Int32 = 0
      while true {
        let found = waitpid(identifier, &status, waits ? 0 : WNOHANG)
        if found == 0 { return nil }
        if found == identifier { return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F }
        if errno != EINTR { return 255 }
      }
    }
  }

  private func start(
    _ arguments: [String], input: Int32?, output: Int32, errors: ScratchFile
  ) throws(FetchError) -> Child {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.descriptor, STDERR_FILENO)
    // All signals reach it and do what they do by default, whatever this thread does with them.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, path, &actions, &attributes, &words, environ)
    guard code == 0 else { throw .programFailed(name, "cannot be started: \(String(cString: strerror(code)))") }
    return Child(identifier: identifier)
  }

  private func failed(_ operation: String) -> FetchError {
    .programFailed(name, "cannot \(operation): \(String(cString: strerror(errno)))")
  }
}

/// A file without a name, for what a program prints; gone with this.
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

  /// What is in it by now, at most 64 kB, without blank lines at its ends.
  var text: String {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
