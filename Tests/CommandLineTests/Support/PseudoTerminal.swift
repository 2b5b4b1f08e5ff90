import Foundation
import Synchronization
import Testing

/// A terminal with a shell in it, as ssh opens one.
final class PseudoTerminal: Sendable {
  private let place: Workplace
  private let descriptor: Int32
  private let shell: pid_t
  private let isClosing = Atomic(false)
  private let hasClosed = DispatchSemaphore(value: 0)
  private let received = Mutex<[UInt8]>([])

  /// Opens a terminal with bash in the folder of `place`.
  ///
  /// - Parameter columns: of a terminal that can redraw a line; nil for one that cannot.
  init(in place: Workplace, columns: Int? = nil) throws {
    self.place = place
    // Not inherited by any other program, which would keep the terminal open.
    descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (lock, number): (Int32, UInt32) = (0, 0)
    // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)), macros that Swift does not import.
    try #require(ioctl(descriptor, 0x4004_5431, &lock) == 0 && ioctl(descriptor, 0x8004_5430, &number) == 0)
    if let columns { Self.resize(descriptor, columns) }
    shell = try Self.startShell(on: "/dev/pts/\(number)", in: place, kind: columns == nil ? "dumb" : "xterm")
    Thread { [self] in
      var buffer = [UInt8](repeating: 0, count: 1 << 12)
      // No read may be under way when the descriptor is closed: the terminal would stay open.
      while !isClosing.load(ordering: .relaxed) {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 20) > 0 else { continue }
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 { received.withLock { $0 += buffer.prefix(count) } } else { usleep(20_000) }
      }
      Glibc.close(descriptor)
      hasClosed.signal()
    }.start()
  }

  /// All that programs have sent to it, as they have sent it.
  var text: String {
    received.withLock { String(decoding: $0, as: UTF8.self) }.replacingOccurrences(of: "\r\n", with: "\n")
  }

  func resize(columns: Int) { Self.resize(descriptor, columns) }

  private static func resize(_ descriptor: Int32, _ columns: Int) {
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    #expect(ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0)
  }

  private static func startShell(on terminal: String, in place: Workplace, kind: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // The first terminal that a new session opens controls it.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, terminal, O_RDWR, 0)
    for number in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, number)
    }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, glibc 2.26
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession))
    let environment = Program.environment(["HISTFILE": "/dev/null", "TERM": kind], home: place.path)
    let command: [String] = ["bash", "--norc", "--noprofile", "-i"]
    var words = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var shell: pid_t = 0
    try #require(posix_spawnp(&shell, "bash", &actions, &attributes, &words, &variables) == 0)
    return shell
  }

  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
  }

  /// Runs a command in the folder of the place.
  func enter(_ command: String) { type("cd '\(place.path)' && \(command)\n") }

  /// Closes the terminal, as a dropped connection does, and waits for the shell's end.
  func close() {
    guard !isClosing.exchange(true, ordering: .relaxed) else { return }
    hasClosed.wait()
    var status: Int32 = 0
    waitpid(shell, &status, 0)
  }

  /// Closes the terminal and kills what it has left of the programs started in it.
  func clear() {
    close()
    for process in place.processes { kill(process.pid, SIGKILL) }
  }
}

/// A living process that was started in a `Workplace`.
struct PlacedProcess {
  let pid: pid_t
  let words: [String]

  /// As ps shows it: T is stopped.
  var state: Character? {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    return text.lastIndex(of: ")").flatMap { text[$0...].dropFirst(2).first }
  }
}

extension Workplace {
  /// All of them, with mpirun's and the shells.
  var processes: [PlacedProcess] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.compactMap { pid in
      func entries(_ name: String) -> [String] {
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)"))) ?? Data()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      }
      guard entries("environ").contains("XDG_CACHE_HOME=\(path)/cache") else { return nil }
      return PlacedProcess(pid: pid, words: entries("cmdline"))
    }
  }

  /// Waits until `condition` holds; false after two minutes, which only end a wait for what never comes.
  func waits(until condition: () -> Bool) async throws -> Bool {
    for _ in 0..<6000 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return condition()
  }
}
