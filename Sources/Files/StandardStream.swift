import Glibc
import Synchronization

/// Standard output and standard error. Both programs write to them only here.
///
/// A failed write never ends the process: a terminal closes, a reader leaves, a disk fills up. `FileHandle.write` would
/// trap, and `print` would keep the bytes in a buffer and lose them without an error.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case errors = 2

  /// Milliseconds to wait for a stream in non-blocking mode (EAGAIN), from its last byte on.
  private static let patience: Int32 = 3000
  /// The errno of the first failed write to standard output; 0 if there is none.
  private static let outputFailure = Atomic<Int32>(0)

  /// Writes `text`, whole lines, above a progress bar if there is one. Each stream gets its part by one system call if it
  /// takes all of it, so that the lines of several processes do not mix. The rest is left out if the stream fails, or is
  /// not ready in time.
  package func write(_ text: String) { BottomLine.standard.write(text, to: self) }

  /// What begins a message on this stream if other processes draw on the same terminal: erases a line that they have
  /// begun. Empty if the stream is no terminal.
  package var freshLine: String {
    guard isatty(rawValue) == 1 else { return "" }
    let kind = getenv("TERM").map { String(cString: $0) } ?? ""
    return kind.isEmpty || kind == "dumb" ? "\r" : "\r\u{1B}[J"
  }

  /// Erases such a line now, for another program's message; does nothing if the terminal takes no text at the moment.
  package func beginLineIfReady() {
    var stream = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    if poll(&stream, 1, 0) == 1, stream.revents & Int16(POLLOUT) != 0 { put(freshLine) }
  }

  /// Writes `text` as it is.
  func put(_ text: String) {
    var text = text
    let code = text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    // A reader who leaves, as `head` does, has read what it wanted.
    guard self == .output, code != 0, code != EPIPE else { return }
    _ = Self.outputFailure.compareExchange(expected: 0, desired: code, ordering: .relaxed)
  }

  /// Writes bytes as they are: for handlers of signals.
  package func writeInHandler(_ bytes: UnsafeRawBufferPointer) { _ = write(bytes) }

  /// Throws if some text could not be written to standard output. A command whose result is its output calls this before
  /// it ends with success.
  package static func requireOutput() throws(FileError) {
    let code = outputFailure.load(ordering: .relaxed)
    if code != 0 { throw .system(operation: "write", path: "standard output", code: code) }
  }

  /// Gives closed standard streams a descriptor. Otherwise the next opened file would get the number of the stream, and
  /// messages would be written into it. Must be called before a file is opened.
  package static func reserveDescriptors() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
      // For the other direction, so that reading and writing still fail. `open` returns the lowest free number.
      _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Returns 0, or the errno.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(rawValue, bytes.baseAddress! + done, bytes.count - done)
      let code = errno
      if count > 0 {
        done += count
      } else if count == 0 {
        return EIO
      } else if code == EAGAIN {
        var stream = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&stream, 1, Self.patience)
        if ready == 0 { return EAGAIN }
        if ready < 0, errno != EINTR { return errno }
      } else if code != EINTR {
        return code
      }
    }
    return 0
  }
}
