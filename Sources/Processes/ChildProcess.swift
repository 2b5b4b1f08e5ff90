import Glibc

/// A program started by this process, without a shell.
///
/// Uses posix_spawn. Foundation's `Process` inherits the signal mask of the calling thread and waits by a run loop, but
/// the threads that wait here run none.
package struct ChildProcess: Sendable {
  package let identifier: pid_t

  /// Input or output of a program.
  package enum Stream: Sendable {
    /// The same as this process's.
    case inherited
    /// /dev/null.
    case null
    case descriptor(Int32)
  }

  /// Starts the program, with no signals blocked and with default actions, whatever this thread's settings are. Ignored
  /// HUP, INT and QUIT stay ignored: a command started by nohup, or in the background, runs on with its programs.
  ///
  /// - Parameters:
  ///   - path: of the executable file; PATH is not searched.
  ///   - arguments: without the program's name.
  ///   - environment: nil for this process's environment.
  ///   - hasOwnGroup: whether to start a new process group, which does not get the terminal's signals.
  package init(
    _ path: String, _ arguments: [String], environment: [String: String]? = nil, input: Stream = .null,
    output: Stream = .inherited, errors: Stream = .inherited, hasOwnGroup: Bool = false
  ) throws(StartError) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (number, stream) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      switch stream {
      case .inherited: break
      case .null:
        let flags = number == STDIN_FILENO ? O_RDONLY : O_WRONLY
        posix_spawn_file_actions_addopen(&actions, number, "/dev/null", flags, 0)
      case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
      }
    }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    for signal in [SIGHUP, SIGINT, SIGQUIT] { sigdelset(&all, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let group = hasOwnGroup ? POSIX_SPAWN_SETPGROUP : 0
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))

    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = (environment ?? [:]).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var identifier: pid_t = 0
    let code =
      environment == nil
      ? posix_spawn(&identifier, path, &actions, &attributes, &words, environ)
      : posix_spawn(&identifier, path, &actions, &attributes, &words, &variables)
    guard code == 0 else { throw StartError(path: path, code: code) }
    self.identifier = identifier
  }

  /// The exit code, or 128 + the signal that ended the program; nil while it runs. Must not be called again after it
  /// has returned a code, because the kernel then forgets the process.
  package func status() -> Int32? { status(WNOHANG) }

  /// Waits until the program ends; returns the same code as `status`.
  package func wait() -> Int32 { status(0)! }

  package func send(_ signal: Int32) { kill(identifier, signal) }

  /// Whether the program has started others that still run; true if /proc does not tell. Those that have ended and are
  /// not waited for do not count (proc_pid_stat(5): state Z).
  package var hasLivingChildren: Bool {
    guard let threads = Self.entries("/proc/\(identifier)/task") else { return true }
    for thread in threads {
      guard let text = Self.text("/proc/\(identifier)/task/\(thread)/children") else { return true }
      for child in text.split(separator: " ") {
        // "12 (name) S …": the name may have blanks and parentheses.
        let state = Self.text("/proc/\(child)/stat").flatMap { stat in
          stat.lastIndex(of: ")").map { stat[$0...].dropFirst(2).prefix(1) }
        }
        if let state, state != "Z", state != "X" { return true }
      }
    }
    return false
  }

  private static func entries(_ folder: String) -> [String]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// A file of /proc: at most 64 kB, as one read gives it.
  private static func text(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private func status(_ options: Int32) -> Int32? {
    var status: Int32 = 0
    while true {
      let found = waitpid(identifier, &status, options)
      if found == 0 { return nil }
      if found == identifier { return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F }
      if errno != EINTR { return 255 }
    }
  }
}

/// The operating system could not start the program at `path`.
package struct StartError: Error, Equatable {
  package let path: String
  /// The errno.
  package let code: Int32

  package init(path: String, code: Int32) { (self.path, self.code) = (path, code) }

  package var reason: String { String(cString: strerror(code)) }
}

/// Executable files.
package enum Executable {
  /// The path of the first executable file `name` in the folders of `path`, a value of PATH.
  package static func find(_ name: String, in path: String?) -> String? {
    (path ?? "").split(separator: ":").map { "\($0)/\(name)" }.first(where: isProgram)
  }

  package static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR && access(path, X_OK) == 0
  }
}
