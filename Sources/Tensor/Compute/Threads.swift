import Glibc
import Synchronization

/// The threads of a rank: the caller's and `count − 1` more, which sleep between loops.
///
/// Loops hand out their iterations in no fixed order, so an iteration must write only what is its own, and no sum may
/// depend on who computed what.
package final class Threads: @unchecked Sendable {
  package let count: Int
  /// Called between iterations on the caller's thread about every 2 ms, so that messages move on while it computes.
  package var poll: (() -> Void)?

  private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var workers: [pthread_t] = []

  // One loop at a time; guarded by the mutex.
  private var body: ((Int, Int) -> Void)?
  private var iterations = 0
  private var generation = 0
  private var busy = 0
  private var ending = false
  private let next = Atomic<Int>(0)

  package init(count: Int) {
    precondition(count > 0, "at least the caller's own thread")
    self.count = count
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
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
      precondition(code == 0, "cannot start thread \(worker): \(String(cString: strerror(code)))")
      workers.append(thread)
    }
  }

  /// Runs `body(iteration, thread)` for every iteration, thread in 0 ..< count, and returns when all are done.
  package func forEach(_ iterations: Int, _ body: (_ iteration: Int, _ thread: Int) -> Void) {
    if count == 1 || iterations <= 1 {
      var clock = PollClock()
      for iteration in 0..<iterations {
        body(iteration, 0)
        if clock.isDue() { poll?() }
      }
      return
    }
    withoutActuallyEscaping(body) { body in
      lock()
      self.body = body
      self.iterations = iterations
      next.store(0, ordering: .relaxed)
      busy = count - 1
      generation += 1
      pthread_cond_broadcast(wake)
      unlock()

      take(body, iterations, as: 0)

      lock()
      while busy > 0 { pthread_cond_wait(done, mutex) }
      self.body = nil
      unlock()
    }
  }

  /// Ends the workers; no loop may follow. Without it they stay until the process ends.
  package func stop() {
    lock()
    ending = true
    pthread_cond_broadcast(wake)
    unlock()
    for worker in workers { pthread_join(worker, nil) }
    workers = []
  }

  private func work(as worker: Int) {
    var seen = 0
    lock()
    while true {
      while generation == seen && !ending { pthread_cond_wait(wake, mutex) }
      if ending { break }
      seen = generation
      let (body, iterations) = (body!, iterations)
      unlock()
      take(body, iterations, as: worker)
      lock()
      busy -= 1
      if busy == 0 { pthread_cond_signal(done) }
    }
    unlock()
  }

  private func take(_ body: (Int, Int) -> Void, _ iterations: Int, as worker: Int) {
    var clock = PollClock()
    while true {
      let iteration = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if iteration >= iterations { return }
      body(iteration, worker)
      if worker == 0, clock.isDue() { poll?() }
    }
  }

  private func lock() { pthread_mutex_lock(mutex) }
  private func unlock() { pthread_mutex_unlock(mutex) }

  deinit {
    pthread_cond_destroy(done)
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    done.deallocate()
    wake.deallocate()
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

/// Says every 2 ms that it is time to look after messages.
private struct PollClock {
  private var last = ContinuousClock.now

  mutating func isDue() -> Bool {
    let now = ContinuousClock.now
    if now - last < .milliseconds(2) { return false }
    last = now
    return true
  }
}
