import Glibc

/// A program that this process has started, without a shell.
///
/// By posix_spawn: Foundation's `Process` inherits the signal mask of whichever thread calls it and waits by a run loop,
/// and all that is started here is waited for by threads that do nothing else meanwhile.
package struct ChildProcess: Sendable {
  package let identifier: pid_t

  /// What a program reads from or writes to.
  package enum Stream: Sendable {
    /// This process's own.
    case inherited
    /// Empty to read, and what is written is gone.
    case null
    case descriptor(Int32)
  }

  /// Starts the program. All signals reach it and do what they do by default, whatever this thread does with them.
  ///
  /// - Parameters:
  ///   - path: of the executable file; no folder is searched.
  ///   - arguments: those after the program's own name.
  ///   - environment: nil for this process's.
  ///   - hasOwnGroup: whether it leads a process group of its own, which the terminal's signals do not reach.
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

  /// How it ended: its exit code, or 128 + the signal that ended it; nil while it runs. Once it has been told, it is not
  /// to be asked for again: the kernel forgets it.
  package func status() -> Int32? { status(WNOHANG) }

  /// Waits for its end; `status` says how it ended.
  package func wait() -> Int32 { status(0)! }

  package func send(_ signal: Int32) { kill(identifier, signal) }

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

/// The system could not start the program at `path`.
package struct StartError: Error, Equatable {
  package let path: String
  /// The errno.
  package let code: Int32

  package init(path: String, code: Int32) { (self.path, self.code) = (path, code) }

  package var reason: String { String(cString: strerror(code)) }
}
