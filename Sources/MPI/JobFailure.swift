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
  package static func say(_ text: String) {
    fflush(nil)
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Prints the message, with rank and host where there are several ranks, unless another rank of this host has spoken.
  func sayOnce(rank: Int, of size: Int) {
    guard size > 1 else { return Self.say(message) }
    Self.sayUnlessSaid("\(message) (rank \(rank) of \(size), on \(Session.processorName))")
  }

  /// Prints `text` unless another rank of this host has spoken.
  package static func sayUnlessSaid(_ text: String) {
    if isFirstToFail {
      say(text)
    } else {
      // The rank that speaks ends the job within moments; ending it first could cut its message off.
      sleep(1)
    }
  }

  /// Whether no other rank of this job has failed on this host yet: ranks that all run into the same wall would print the
  /// same message np times. mpirun's folder for the job is removed with it.
  package static var isFirstToFail: Bool {
    guard let folder = getenv("PMIX_SERVER_TMPDIR"), let job = getenv("PMIX_NAMESPACE") else { return true }
    return isFirst(toFailIn: String(cString: folder), job: String(cString: job))
  }

  /// Whether nobody has asked for this job before. The answer is left as a file: unlike a lock it is still there when the
  /// rank that spoke has ended and mpirun has not yet ended the others.
  package static func isFirst(toFailIn folder: String, job: String) -> Bool {
    let descriptor = open("\(folder)/disttrain-failure-\(job)", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    // A message too many is better than none.
    guard descriptor >= 0 else { return errno != EEXIST }
    close(descriptor)
    return true
  }
}
