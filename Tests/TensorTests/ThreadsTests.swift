import Glibc
import Synchronization
import Tensor
import Testing

@Suite struct ThreadsTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyIterationRunsOnce(count: Int) {
    let threads = Threads(count: count)
    for iterations in [0, 1, 2, 7, 1000] {
      let seen = Mutex([Int](repeating: 0, count: iterations))
      threads.forEach(iterations) { iteration, thread in
        #expect((0..<count).contains(thread))
        seen.withLock { $0[iteration] += 1 }
      }
      #expect(seen.withLock { $0 } == [Int](repeating: 1, count: iterations))
    }
    threads.stop()
  }

  /// Messages are looked after on the caller's thread alone.
  @Test(arguments: [1, 3])
  func pollsOnTheCallersThread(count: Int) {
    let threads = Threads(count: count)
    let callers = Mutex<[pthread_t]>([])
    threads.poll = { callers.withLock { $0.append(pthread_self()) } }
    threads.forEach(30) { _, _ in usleep(3000) }
    let polls = callers.withLock { $0 }
    #expect(polls.count >= 3)
    #expect(polls.allSatisfy { $0 == pthread_self() })
    threads.stop()
  }
}
