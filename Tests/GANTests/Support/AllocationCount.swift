import CAllocationCounter
import GAN
import Numerics
import Synchronization
import Testing

/// Allocations of this thread and those of `threads` during `body`. One count at a time: tests that use it are in the
/// serialized suite `AllocationTests`.
func allocations(_ threads: Threads, _ body: () throws -> Void) rethrows -> (calls: Int, largest: Int) {
  func watch(_ isWatched: Int32) {
    // Every thread runs one iteration, since none continues before all have arrived.
    let arrived = Atomic<Int>(0)
    threads.forEach(threads.count) { _, _ in
      allocation_counter_watch(isWatched)
      arrived.wrappingAdd(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < threads.count {}
    }
  }
  watch(1)
  allocation_counter_reset()
  try body()
  let found = (allocation_counter_calls(), allocation_counter_largest())
  watch(0)
  return found
}

/// Expects that, after one batch of each size, steps allocate nothing from the heap or the arena.
///
/// With more than one thread, only one kind of allocation is allowed: Swift puts the closure of a loop that threads
/// share on the heap, in 48 bytes (`withoutActuallyEscaping`).
///
/// - Parameter sizes: images of a batch, the largest first.
func expectSteadyMemory(
  _ model: ModelSpecification, _ training: TrainingSpecification, batches sizes: [Int], _ engine: Engine,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (threads, shards) = (engine.threads, training.shards)
  let step = try GANStep(model, training, samples: sizes[0], engine: engine)
  let batches = sizes.map { samples in
    LocalBatch(
      firstSample: 0, shardSizes: shardSizes(samples, batch: sizes[0], shards: shards, in: 0..<shards),
      globalSamples: samples)
  }
  let images = step.realImages(sizes[0])
  images.data.update(from: normals(images.shape.count, seed: 1, deviation: 0.5), count: images.shape.count)
  let updates = batches.map { Array(repeating: $0, count: training.rules.updates.discriminator) }
  for batch in updates { _ = try step.step(0, batch) { _, _ in } }
  let planned = engine.arena.bytes
  var report = StepReport()
  for batch in updates + updates.reversed() {
    let found = try allocations(threads) { report = try step.step(1, batch) { _, _ in } }
    let isAllowed = threads.count == 1 ? found.calls == 0 : found.largest <= 48
    #expect(isAllowed, "\(batch[0].samples) samples: \(found)", sourceLocation: sourceLocation)
    if !isAllowed { allocation_counter_report() }
  }
  #expect(report.isFinite, sourceLocation: sourceLocation)
  #expect(step.fault == nil, sourceLocation: sourceLocation)
  #expect(engine.arena.bytes == planned, sourceLocation: sourceLocation)
}
