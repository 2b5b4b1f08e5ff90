import CKernels
import Glibc
import Synchronization

/// The threads of a rank: the caller's and `count − 1` workers. Between loops workers spin for some 50 µs, then sleep.
///
/// Iterations run in no fixed order, so an iteration must write only its own elements, and no sum may depend on which
/// thread ran which iteration. Loops do not nest.
package final class Threads: @unchecked Sendable {
  package let count: Int
  /// Called between iterations on the caller's thread about every 2 ms, so that MPI makes progress during a loop.
  package var poll: (() -> Void)?

  // The current loop. The caller writes it before it sets `remaining`. A thread reads it only after it has taken an
  // iteration, and the loop does not end before that iteration is done.
  private var body: (@Sendable (Int, Int) -> Void)?
  private var iterations = 0
  private var isLooping = false
  /// Iterations that no thread has taken.
  private let remaining = Atomic(0)
  /// Iterations that are not done.
  private let unfinished = Atomic(0)

  /// Number of sleeping workers; and whether the caller sleeps until the loop ends.
  private let sleepers = Atomic(0)
  private let callerSleeps = Atomic(false)
  private let isEnding = Atomic(false)
  private let bell = Bell()
  private let done = Bell()
  private var workers: [pthread_t] = []

  package init(count: Int) {
    precondition(count > 0, "at least the caller's own thread")
    self.count = count
    for worker in 1..<max(count, 1) {
      let start = Unmanaged.passRetained(WorkerStart(threads: self, worker: worker))
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { argument in
          let start = Unmanaged<WorkerStart>.fromOpaque(argument!).takeRetainedValue()
          let (threads, worker) = (start.threads, start.worker)
          threads.work(as: worker)
          return nil
        }, start.toOpaque())
      if code != 0 {
        Shortage.end("no thread: asked for \(count), found \(worker), and then: \(String(cString: strerror(code)))")
      }
      workers.append(thread)
    }
  }

  /// Runs `body(iteration, thread)` for every iteration, thread in 0 ..< count, and returns when all are done.
  package func forEach(_ iterations: Int, _ body: @Sendable (_ iteration: Int, _ thread: Int) -> Void) {
    precondition(!isLooping, "a loop within a loop of the same threads")
    isLooping = true
    defer { isLooping = false }
    var clock = PollClock()
    if count == 1 || iterations <= 1 {
      for iteration in 0..<iterations {
        body(iteration, 0)
        if clock.isDue() { poll?() }
      }
      return
    }
    withoutActuallyEscaping(body) { body in
      self.body = body
      self.iterations = iterations
      unfinished.store(iterations, ordering: .relaxed)
      remaining.store(iterations, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { bell.ring() }
      while runNext(as: 0) { if clock.isDue() { poll?() } }
      awaitEnd(&clock)
      self.body = nil
    }
  }

  /// The results of `body` for all iterations, in order.
  package func map<Value: Sendable>(
    _ iterations: Int, _ body: @Sendable (_ iteration: Int, _ thread: Int) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: iterations) { values, count in
      // An iteration writes its own element.
      nonisolated(unsafe) let values = values
      forEach(iterations) { iteration, thread in
        values.initializeElement(at: iteration, to: body(iteration, thread))
      }
      count = iterations
    }
  }

  /// Ends the workers; no loop may follow. Without this call they live until the process ends.
  package func stop() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    bell.ring()
    for worker in workers { pthread_join(worker, nil) }
    workers = []
  }

  /// Takes and runs one iteration; false if none is left.
  private func runNext(as thread: Int) -> Bool {
    var left = remaining.load(ordering: .relaxed)
    while left > 0 {
      let (isOurs, found) = remaining.weakCompareExchange(
        expected: left, desired: left - 1, successOrdering: .acquiring, failureOrdering: .relaxed)
      if isOurs {
        body!(iterations - left, thread)
        let rest = unfinished.subtract(1, ordering: .sequentiallyConsistent).newValue
        if rest == 0, thread > 0, callerSleeps.load(ordering: .sequentiallyConsistent) { done.ring() }
        return true
      }
      left = found
    }
    return false
  }

  private func awaitEnd(_ clock: inout PollClock) {
    if isTrueSoon({ unfinished.load(ordering: .acquiring) == 0 }) { return }
    if clock.isDue() { poll?() }
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    done.wait { unfinished.load(ordering: .sequentiallyConsistent) == 0 }
    callerSleeps.store(false, ordering: .relaxed)
  }

  private func work(as worker: Int) {
    while true {
      while runNext(as: worker) {}
      if isEnding.load(ordering: .relaxed) { return }
      if isTrueSoon({ remaining.load(ordering: .relaxed) > 0 }) { continue }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      bell.wait {
        remaining.load(ordering: .sequentiallyConsistent) > 0 || isEnding.load(ordering: .sequentiallyConsistent)
      }
      sleepers.subtract(1, ordering: .relaxed)
    }
  }

  /// Spins for about as long as falling asleep and waking up take, some 50 µs: most waits are shorter.
  private func isTrueSoon(_ condition: () -> Bool) -> Bool {
    for _ in 0..<2000 {
      if condition() { return true }
      dt_relax()
    }
    return false
  }
}

/// A place for threads to sleep until a condition holds. The thread that makes it true calls `ring`.
private final class Bell {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let sound = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(sound, nil)
  }

  func wait(until condition: () -> Bool) {
    pthread_mutex_lock(mutex)
    while !condition() { pthread_cond_wait(sound, mutex) }
    pthread_mutex_unlock(mutex)
  }

  /// Wakes all threads. Takes the lock, so that no thread falls asleep after it has found the condition false before.
  func ring() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(sound)
    pthread_mutex_unlock(mutex)
  }

  deinit {
    pthread_cond_destroy(sound)
    pthread_mutex_destroy(mutex)
    sound.deallocate()
    mutex.deallocate()
  }
}

private final class WorkerStart {
  let threads: Threads
  let worker: Int
  init(threads: Threads, worker: Int) {
    self.threads = threads
    self.worker = worker
  }
}

/// Says every 2 ms that `poll` is due.
private struct PollClock {
  private var last = ContinuousClock.now

  mutating func isDue() -> Bool {
    let now = ContinuousClock.now
    if now - last < .milliseconds(2) { return false }
    last = now
    return true
  }
}
