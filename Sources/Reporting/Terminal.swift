import Glibc

/// The abilities of the output.
package struct Terminal: Sendable {
  /// Whether a line can be redrawn in place; in a file, a pipe or a dumb terminal it cannot.
  package let redraws: Bool
  package let hasColor: Bool
  /// Whether block characters can be shown.
  package let hasUnicode: Bool
  private let currentColumns: @Sendable () -> Int

  package init(redraws: Bool, hasColor: Bool, hasUnicode: Bool, columns: @escaping @Sendable () -> Int) {
    self.redraws = redraws
    self.hasColor = hasColor
    self.hasUnicode = hasUnicode
    currentColumns = columns
  }

  /// A file or a pipe.
  package static let plain = Terminal(redraws: false, hasColor: false, hasUnicode: false) { 80 }

  /// The terminal, or not, at `descriptor`.
  ///
  /// Under Open MPI a rank's standard output is always a pseudo-terminal, even if mpirun's own goes to a file. It has
  /// no size then, and otherwise the size that mpirun's terminal had at the start. So a terminal without a size counts as
  /// none, and a later size is read from mpirun's own terminal, if mpirun runs on this host.
  package static func detect(_ descriptor: Int32, environment: [String: String]) -> Terminal {
    let kind = environment["TERM"] ?? ""
    let isShown = isatty(descriptor) == 1 && Self.columns(of: descriptor) > 0
    guard isShown, !kind.isEmpty, kind != "dumb" else { return .plain }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let isRank = environment["OMPI_COMM_WORLD_RANK"] != nil
    return Terminal(
      redraws: true, hasColor: (environment["NO_COLOR"] ?? "").isEmpty,
      hasUnicode: locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
    ) {
      let outer = isRank ? parentsTerminal.map { Self.columns(of: $0) } ?? 0 : 0
      return outer > 0 ? outer : Self.columns(of: descriptor)
    }
  }

  /// The terminal that is the standard output of the process that started this one; nil if that is none.
  private static let parentsTerminal: Int32? = {
    let path = "/proc/\(getppid())/fd/\(STDOUT_FILENO)"
    var target = [CChar](repeating: 0, count: 64)
    // Only a device may be opened again: a pipe would have one more reader.
    guard readlink(path, &target, target.count) > 5, target.starts(with: "/dev/".utf8.map { CChar($0) }) else {
      return nil
    }
    let descriptor = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    guard isatty(descriptor) == 1 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }()

  /// Columns now; the window may have been resized.
  package var columns: Int { currentColumns() }

  private static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
  }
}
