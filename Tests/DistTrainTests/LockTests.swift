import DistTrain
import Foundation
import TestSupport
import Testing

@Suite struct LockTests {
  private let me = RunLockHolder.current(environment: [:])

  private func other(host: String, boot: String, pid: Int32 = 4711, job: String? = nil, requeues: Int = 0)
    -> RunLockHolder
  {
    RunLockHolder(host: host, boot: boot, pid: pid, job: job, requeues: requeues, started: "2026-01-02T03:04:05Z")
  }

  private func folder(_ place: TemporaryFolder, lockedBy holder: RunLockHolder? = nil) throws -> RunFolder {
    let folder = try RunFolder(in: place.path, name: "run").create()
    if let holder { try JSONEncoder().encode(holder).write(to: URL(fileURLWithPath: folder.lock)) }
    return folder
  }

  @Test func thisProcess() {
    let holder = RunLockHolder.current(environment: ["SLURM_JOB_ID": "99", "SLURM_RESTART_COUNT": "2"])
    #expect(holder.pid == getpid() && holder.job == "99" && holder.requeues == 2)
    #expect(!holder.host.isEmpty && holder.boot.count == 36)
    #expect(me.job == nil && me.requeues == 0)
  }

  @Test func oneAtATime() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place)
    do {
      let lock = try RunLock(of: folder, as: me)
      #expect(lock.takenOverFrom == nil)
      let error = #expect(throws: RunLockError.self) { try RunLock(of: folder, as: me) }
      #expect(error == .held(folder.lock, by: me) && error?.code == .usage)
      #expect(try #require(error).message.contains("process \(getpid()) on \(me.host), started \(me.started)"))
      withExtendedLifetime(lock) {}
    }
    #expect(try place.names("run") == ["checkpoints", "samples"], "released")
    #expect(try RunLock(of: folder, as: me).takenOverFrom == nil)
  }

  @Test func onlyOneOfManyGetsIt() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place, lockedBy: other(host: me.host, boot: me.boot))
    let locks = ConcurrentLocks()
    DispatchQueue.concurrentPerform(iterations: 16) { _ in locks.take(folder) }
    #expect(locks.count == 1)
  }

  @Test func aLockWhoseHolderIsGoneIsTakenOver() throws {
    let place = try TemporaryFolder()
    let gone = other(host: me.host, boot: me.boot)
    let folder = try folder(place, lockedBy: gone)
    #expect(try RunLock(of: folder, as: me).takenOverFrom == gone)
  }

  /// Its process id may meanwhile be another process's; the kernel's lock on the file tells.
  @Test func aReusedProcessIdDoesNotKeepTheLock() throws {
    let place = try TemporaryFolder()
    let gone = other(host: me.host, boot: me.boot, pid: getppid())
    #expect(try RunLock(of: folder(place, lockedBy: gone), as: me).takenOverFrom == gone)
  }

  @Test func aKilledProcessLeavesALockThatIsTakenOver() async throws {
    await #expect(processExitsWith: .exitCode(0)) {
      let place = try TemporaryFolder()
      let folder = try RunFolder(in: place.path, name: "run").create()
      let child = Process()
      child.executableURL = URL(fileURLWithPath: "/bin/sh")
      let holder = RunLockHolder.current(environment: [:])
      let text = String(decoding: try JSONEncoder().encode(holder), as: UTF8.self)
      child.arguments = ["-c", "exec 9>'\(folder.lock)'; flock 9; printf '%s' '\(text)' >&9; echo; exec sleep 60"]
      let output = Pipe()
      child.standardOutput = output
      try child.run()
      _ = try output.fileHandleForReading.read(upToCount: 1)
      do {
        _ = try RunLock(of: folder)
        exit(1)
      } catch let error as RunLockError {
        guard error == .held(folder.lock, by: holder) else { exit(2) }
      }
      kill(child.processIdentifier, SIGKILL)
      child.waitUntilExit()
      exit(try RunLock(of: folder).takenOverFrom == holder ? 0 : 3)
    }
  }

  @Test func aLockOfAnotherHostIsNot() throws {
    let place = try TemporaryFolder()
    let far = other(host: "node17", boot: "another", job: "99")
    let folder = try folder(place, lockedBy: far)
    let error = #expect(throws: RunLockError.self) { try RunLock(of: folder, as: me) }
    #expect(error == .heldElsewhere(folder.lock, by: far) && error?.code == .usage)
    let message = try #require(error).message
    #expect(message.contains("job 99, process 4711 on node17") && message.contains("remove \(folder.lock)"))
    #expect(try place.text("run/run.lock").contains("node17"), "and it stays as it was")
  }

  @Test func anotherContainerOnThisMachineIsThisMachine() throws {
    let place = try TemporaryFolder()
    let near = other(host: "container", boot: me.boot)
    #expect(try RunLock(of: folder(place, lockedBy: near), as: me).takenOverFrom == near)
  }

  @Test func aRequeuedJobTakesItsEarlierStartsLock() throws {
    let place = try TemporaryFolder()
    let first = other(host: "node17", boot: "another", job: "99")
    let folder = try folder(place, lockedBy: first)
    let sameStart = RunLockHolder.current(environment: ["SLURM_JOB_ID": "99"])
    #expect(throws: RunLockError.self) { try RunLock(of: folder, as: sameStart) }
    let otherJob = RunLockHolder.current(environment: ["SLURM_JOB_ID": "98", "SLURM_RESTART_COUNT": "1"])
    #expect(throws: RunLockError.self) { try RunLock(of: folder, as: otherJob) }
    let requeued = RunLockHolder.current(environment: ["SLURM_JOB_ID": "99", "SLURM_RESTART_COUNT": "1"])
    #expect(try RunLock(of: folder, as: requeued).takenOverFrom == first)
  }

  @Test(arguments: ["garbage", "{\"host\": 1}", "{\"host\": \"a\", \"boo"])
  func anUnreadableLockIsSaid(text: String) throws {
    let place = try TemporaryFolder()
    let folder = try folder(place)
    try place.write(text, "run/run.lock")
    #expect(throws: RunLockError.unreadable(folder.lock)) { try RunLock(of: folder, as: me) }
  }

  @Test func anEmptyLockIsNobodys() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place)
    try place.write("", "run/run.lock")
    #expect(try RunLock(of: folder, as: me).takenOverFrom == nil)
  }

  @Test func releasingDoesNotTakeAnotherRunsLock() throws {
    let place = try TemporaryFolder()
    let folder = try folder(place)
    var lock: RunLock? = try RunLock(of: folder, as: me)
    unlink(folder.lock)  // as a user does who believes the run to be gone
    let second = try RunLock(of: folder, as: me)
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try place.names("run").contains("run.lock"))
    withExtendedLifetime(second) {}
  }
}

/// Locks that several threads try to get.
private final class ConcurrentLocks: @unchecked Sendable {
  private let mutex = NSLock()
  private var locks: [RunLock] = []

  var count: Int { mutex.withLock { locks.count } }

  func take(_ folder: RunFolder) {
    guard let lock = try? RunLock(of: folder) else { return }
    mutex.withLock { locks.append(lock) }
  }
}
