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

  /// Messages are looked after on the caller's thread alone, also in a loop of one iteration a thread.
  @Test(arguments: [1, 3])
  func pollsOnTheCallersThread(count: Int) {
    let threads = Threads(count: count)
    let caller = pthread_self()
    var polls = 0
    threads.poll = {
      #expect(pthread_self() == caller)
      polls += 1
    }
    threads.forEach(30) { _, _ in usleep(3000) }
    #expect(polls >= 3)
    threads.stop()
  }
}
