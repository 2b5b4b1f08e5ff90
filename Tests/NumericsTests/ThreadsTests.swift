import Glibc
import Numerics
import Synchronization
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

  /// `poll` runs on the caller's thread only.
  @Test(arguments: [1, 3])
  func pollsOnTheCallersThread(count: Int) {
    let threads = Threads(count: count)
    let callers = Mutex<[pthread_t]>([])
    threads.poll = { callers.withLock { $0.append(pthread_self()) } }
    threads.forEach(30) { _, thread in
      // Slow iterations of the workers leave most iterations to the caller, whatever else the machine does.
      while thread > 0, callers.withLock({ $0.count }) < 3 { usleep(1000) }
      usleep(3000)
    }
    let polls = callers.withLock { $0 }
    #expect(polls.count >= 3)
    #expect(polls.allSatisfy { $0 == pthread_self() })
    threads.stop()
  }

  /// Loops of a few short iterations in quick succession, which find workers spinning, asleep and in between.
  @Test(arguments: [2, 3, 8])
  func manyShortLoops(count: Int) {
    let threads = Threads(count: count)
    let sum = Atomic(0)
    for loop in 0..<20_000 {
      threads.forEach(count + loop % 3) { iteration, _ in sum.add(iteration + 1, ordering: .relaxed) }
      if loop % 500 == 0 { usleep(200) }
    }
    let expected = (0..<20_000).reduce(0) { total, loop in
      let iterations = count + loop % 3
      return total + iterations * (iterations + 1) / 2
    }
    #expect(sum.load(ordering: .relaxed) == expected)
    threads.stop()
  }

  /// A loop ends after all its iterations, on whichever threads they run.
  @Test(arguments: [2, 3, 8])
  func whatAnIterationHasWrittenIsThereAfterTheLoop(count: Int) {
    let threads = Threads(count: count)
    nonisolated(unsafe) let values = UnsafeMutableBufferPointer<Int>.allocate(capacity: 64)
    defer { values.deallocate() }
    for loop in 0..<2000 {
      threads.forEach(values.count) { iteration, _ in values[iteration] = loop + iteration }
      #expect(values.indices.allSatisfy { values[$0] == loop + $0 })
    }
    threads.stop()
  }

  @Test(arguments: [1, 3])
  func resultsAreInTheOrderOfTheIterations(count: Int) {
    let threads = Threads(count: count)
    for iterations in [0, 1, 1000] {
      #expect(threads.map(iterations) { iteration, _ in "\(iteration)" } == (0..<iterations).map { "\($0)" })
    }
    threads.stop()
  }

  @Test(arguments: [1, 3])
  func loopsDoNotNest(count: Int) async {
    await #expect(processExitsWith: .failure) { [count] in
      let threads = Threads(count: count)
      threads.forEach(4) { _, _ in threads.forEach(2) { _, _ in } }
    }
  }
}
