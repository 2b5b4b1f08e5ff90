import Files
import Foundation
import Reporting

/// The right to write to a run folder, for one run at a time.
///
/// The file `run.lock` names the holder, and the holder keeps it locked by `flock`, which the kernel releases when the
/// process ends in any way. A lock whose holder is gone is taken over. The result of `flock` for a process on another
/// machine depends on the file system, so that a lock from another host is never taken over, but for an earlier start
/// of the same Slurm job.
package final class RunLock: Sendable {
  package let path: String
  /// The former holder, if its lock has been taken over: for a note to the user.
  package let takenOverFrom: RunLockHolder?
  private let descriptor: Int32

  /// Takes the lock of `folder`, which exists.
  package init(of folder: RunFolder, as holder: RunLockHolder = .current()) throws(RunLockError) {
    path = folder.lock
    let (descriptor, isFlocked) = try Self.open(folder.lock, holder)
    do throws(RunLockError) {
      takenOverFrom = try Self.earlierHolder(folder.lock, holder, isFlocked: isFlocked)
      try Self.write(holder, to: descriptor, folder.lock)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  /// Releases the folder.
  deinit {
    // Before the lock ends: a process that has the file open finds that it has lost its name.
    if Self.isNamed(path, descriptor) { unlink(path) }
    close(descriptor)
  }

  /// The open file, locked if its file system supports locks.
  private static func open(_ path: String, _ holder: RunLockHolder) throws(RunLockError) -> (Int32, isFlocked: Bool) {
    while true {
      let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { throw .file(.system(operation: "lock the run", path: path, code: errno)) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let number = errno
        if number == EINTR {
          close(descriptor)
          continue
        }
        if number != EWOULDBLOCK { return (descriptor, false) }
        close(descriptor)
        throw .held(path, by: (try? Self.holder(path)) ?? nil)
      }
      if isNamed(path, descriptor) { return (descriptor, true) }
      close(descriptor)  // released and removed by its holder since it was opened
    }
  }

  /// Whether the open file is still the one that `path` names.
  private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
    var (opened, named) = (stat(), stat())
    guard fstat(descriptor, &opened) == 0, lstat(path, &named) == 0 else { return false }
    return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  /// The former holder, if it has ended; nil if there was none. Throws if it may still run.
  private static func earlierHolder(
    _ path: String, _ holder: RunLockHolder, isFlocked: Bool
  ) throws(RunLockError) -> RunLockHolder? {
    guard let earlier = try Self.holder(path) else { return nil }
    if earlier.isEarlierStart(of: holder) { return earlier }
    guard earlier.sharesMachine(with: holder) else { throw .heldElsewhere(path, by: earlier) }
    let isAlive = !isFlocked && (kill(earlier.pid, 0) == 0 || errno == EPERM)
    if isAlive { throw .held(path, by: earlier) }
    return earlier
  }

  /// The content of the lock file; nil if it is empty, as between its creation and its first writing.
  private static func holder(_ path: String) throws(RunLockError) -> RunLockHolder? {
    let bytes: [UInt8]?
    do { bytes = try contents(ofFile: path) } catch { throw .file(error) }
    guard let bytes, !bytes.isEmpty else { return nil }
    guard let holder = try? JSONDecoder().decode(RunLockHolder.self, from: Data(bytes)) else { throw .unreadable(path) }
    return holder
  }

  private static func write(_ holder: RunLockHolder, to descriptor: Int32, _ path: String) throws(RunLockError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(holder) else { preconditionFailure("a holder is plain text and numbers") }
    do throws(FileError) {
      try checked("lock the run", path) { ftruncate(descriptor, 0) }
      try writeFully(descriptor, path: path, Array(text) + [UInt8(ascii: "\n")], at: 0)
    } catch {
      throw .file(error)
    }
  }
}

/// The reason why a run may not write to its folder now.
package enum RunLockError: ExplainedError, Equatable {
  case held(String, by: RunLockHolder?)
  case heldElsewhere(String, by: RunLockHolder)
  case unreadable(String)
  case file(FileError)

  package var code: ExitCode {
    switch self {
    case .held, .heldElsewhere, .unreadable: .usage
    case .file: .inputOutput
    }
  }

  package var message: String {
    switch self {
    case .held(let path, let holder):
      "another run writes to this folder: \(holder?.name ?? "it has just started") (\(path)); "
        + "wait for it or stop it, or set another name or --out"
    case .heldElsewhere(let path, let holder):
      "another run may still write to this folder: \(holder.name); from this host that cannot be checked: "
        + "if it has ended, remove \(path) and start again"
    case .unreadable(let path):
      "\(path) does not say who holds it, because it was cut off or is not a run's lock; if no run writes to this "
        + "folder, remove it and start again"
    case .file(let error): error.message
    }
  }
}
