import Files
import Glibc

/// How a job ends after an error: the message, mpirun's exit status, and who fails.
package struct JobFailure: Sendable {
  package enum Extent: Sendable {
    /// Every rank throws the same error, by agreement: rank 0 prints the message, all ranks finalize and exit.
    case everyRank
    /// Perhaps only this rank fails: it prints the message and aborts the others.
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

  /// Prints `text` and a line end to stderr in one write, so that the ranks' lines do not mix; below a progress bar, since
  /// the job ends.
  package static func say(_ text: String) {
    fflush(nil)
    BottomLine.standard.end()
    StandardStream.errors.write(text + "\n")
  }

  /// Prints the message, with rank and host if there are several ranks, unless another rank of this host has failed
  /// before.
  func sayOnce(rank: Int, of size: Int) {
    guard size > 1 else { return Self.say(message) }
    Self.sayUnlessSaid("\(message) (rank \(rank) of \(size), on \(Session.processorName))")
  }

  /// Prints `text` unless another rank of this host has failed before.
  package static func sayUnlessSaid(_ text: String) {
    if isFirstToFail {
      say(text)
    } else {
      // The rank that prints ends the job within moments. Ending the job before that could cut off its message.
      sleep(1)
    }
  }

  /// Whether no other rank of this job has failed on this host yet. Otherwise ranks with the same error would print the
  /// same message np times. The answer is kept in mpirun's folder for the job, which is removed with the job.
  package static var isFirstToFail: Bool {
    guard let folder = getenv("PMIX_SERVER_TMPDIR"), let job = getenv("PMIX_NAMESPACE") else { return true }
    return isFirst(toFailIn: String(cString: folder), job: String(cString: job))
  }

  /// Whether this is the first call for this job. Recorded as a file: unlike a lock, it is still there after the first
  /// rank has ended and before mpirun has ended the others.
  package static func isFirst(toFailIn folder: String, job: String) -> Bool {
    let descriptor = open("\(folder)/disttrain-failure-\(job)", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    // If the file cannot be made, print: a message too many is better than none.
    guard descriptor >= 0 else { return errno != EEXIST }
    close(descriptor)
    return true
  }
}
