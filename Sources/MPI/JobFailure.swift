import Glibc

/// How a job ends after an error: the message, mpirun's exit status, and who fails.
package struct JobFailure: Sendable {
  package enum Extent: Sendable {
    /// Every rank throws the same, having agreed on it: rank 0 prints the message, all finalize and exit.
    case everyRank
    /// This rank alone is known to fail: it prints the message and aborts the others.
    case thisRank
  }

  package var message: String
  package var exitCode: Int32
  package var extent: Extent

  package init(_ message: String, exitCode: Int32, extent: Extent = .thisRank) {
    precondition((1...255).contains(exitCode), "exit code \(exitCode) is not in 1 ... 255")
    self.message = message
    self.exitCode = exitCode
    self.extent = extent
  }

  /// Prints `text` and a line end to stderr in one write, so that the ranks' lines do not mix.
  static func say(_ text: String) {
    fflush(nil)
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Prints the message, with rank and host where there are several ranks, unless another rank of this host has spoken.
  func sayOnce(rank: Int, of size: Int) {
    guard size > 1 else { return Self.say(message) }
    if Self.isFirstToFail {
      Self.say("\(message) (rank \(rank) of \(size), on \(Session.processorName))")
    } else {
      // The rank that speaks aborts the job within moments; aborting first could cut its message off.
      sleep(1)
    }
  }

  /// Whether no other rank of this job has failed on this host yet. Ranks that all run into the same wall would print the
  /// same message np times; the name of an abstract socket is taken atomically and goes with the process (unix(7)).
  private static var isFirstToFail: Bool {
    guard let job = getenv("PMIX_NAMESPACE").map({ String(cString: $0) }) else { return true }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return true }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = "\0disttrain-failure-\(job)".utf8.prefix(MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    return bound == 0 || errno != EADDRINUSE
  }
}
