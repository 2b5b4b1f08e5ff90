import MPI
import Testing

extension World {
  @Suite(.serialized) @MainActor
  struct Nonblocking {
    @Test func exchangesWhileTestingSeveralRequests() throws {
      try SharedSession.withWorld { world throws in
        let exchange = try UnevenExchange(rank: world.rank, size: world.size)
        let buckets = 3
        let source = UnsafeMutableBufferPointer<Float>.allocate(capacity: exchange.source.count)
        _ = source.initialize(from: exchange.source)
        let received = (0..<buckets).map { _ in
          UnsafeMutableBufferPointer<Float>.allocate(capacity: exchange.expected.count)
        }
        defer { for buffer in received + [source] { buffer.deallocate() } }
        let requests = try received.map { buffer in
          buffer.update(repeating: -1)
          return try world.beginAllToAll(
            sending: UnsafeBufferPointer(source), exchange.sent, receiving: buffer, exchange.received)
        }
        while try requests.filter({ try !$0.test() }).count > 0 {}
        #expect(requests.allSatisfy { $0.isComplete })
        for buffer in received { #expect(Array(buffer) == exchange.expected) }
      }
    }

    /// The caller drops the layout at once: the request must keep it, because MPI still reads it.
    @Test func requestsKeepTheirLayouts() throws {
      try SharedSession.withWorld { world throws in
        let block = 50_000
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: world.size * block)
        defer { buffer.deallocate() }
        buffer.update(repeating: -1)
        for i in 0..<block { buffer[world.rank * block + i] = Float(world.rank) }
        weak var kept: BlockLayout?
        let request: Request
        do {
          let layout = try BlockLayout(counts: Array(repeating: block, count: world.size))
          kept = layout
          request = try world.beginAllGather(inPlace: buffer, layout)
        }
        #expect(kept != nil)
        try request.wait()
        #expect(kept == nil)
        #expect(
          (0..<world.size).allSatisfy { rank in
            buffer[rank * block..<(rank + 1) * block].allSatisfy { $0 == Float(rank) }
          })
      }
    }

    /// As in training: the same request in every step, each time with other values.
    @Test func requestsAreUsedAgain() throws {
      try SharedSession.withWorld { world throws in
        let layout = try BlockLayout(counts: Array(repeating: 3, count: world.size))
        let count = 3 * world.size
        let (sent, received) = (
          UnsafeMutableBufferPointer<Float>.allocate(capacity: count),
          UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        )
        defer { for buffer in [sent, received] { buffer.deallocate() } }
        let request = Request()
        for round in 0..<4 {
          #expect(request.isComplete)
          for place in 0..<count { sent[place] = mark(world.rank, 100 * round + place) }
          try world.beginAllToAll(
            sending: UnsafeBufferPointer(sent), layout, receiving: received, layout, reusing: request)
          #expect(!request.isComplete)
          try request.wait()
          let own = 100 * round + 3 * world.rank
          #expect((0..<count).allSatisfy { received[$0] == mark($0 / 3, own + $0 % 3) })
          try world.beginAllGather(inPlace: received, layout, reusing: request)
          try request.wait()
          // Each rank contributes the block that it has received from itself.
          #expect((0..<count).allSatisfy { received[$0] == mark($0 / 3, 100 * round + $0) })
        }
      }
    }

    /// Runs in child processes, which cannot start MPI under mpirun.
    @Test(.enabled(if: !LaunchEnvironment.current.launchedByMPI, "a rank starts no second MPI process"))
    func aDroppedRequestEndsTheProcess() async {
      let dropped = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try await MainActor.run {
          try SharedSession.withWorld { world throws in _ = try beginEmptyGather(world) }
        }
      }
      let message = String(decoding: dropped?.standardErrorContent ?? [], as: UTF8.self)
      #expect(message.contains("MPI_Iallgatherv is under way and its request is dropped"), "\(message)")
      await #expect(processExitsWith: .success) {
        try await MainActor.run {
          try SharedSession.withWorld { world throws in try beginEmptyGather(world).wait() }
        }
      }
    }

    @Test func waitsForAllRequests() throws {
      try SharedSession.withWorld { world throws in
        let layout = try BlockLayout(counts: Array(repeating: 10_000, count: world.size))
        let buffers = (0..<2).map { _ in UnsafeMutableBufferPointer<Double>.allocate(capacity: layout.extent) }
        defer { for buffer in buffers { buffer.deallocate() } }
        let requests = try buffers.enumerated().map { number, buffer in
          buffer.update(repeating: -1)
          for i in layout[world.rank] { buffer[i] = Double(i + number) }
          return try world.beginAllGather(inPlace: buffer, layout)
        }
        try Request.waitAll(requests)
        #expect(requests.allSatisfy { $0.isComplete })
        #expect(try requests.allSatisfy { try $0.test() })
        for (number, buffer) in buffers.enumerated() {
          #expect(buffer.indices.allSatisfy { buffer[$0] == Double($0 + number) })
        }
      }
    }

    @Test func emptyContributionsEnd() throws {
      try SharedSession.withWorld { world throws in
        let layout = try BlockLayout(counts: Array(repeating: 0, count: world.size))
        let nothing = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
        try world.beginAllToAll(sending: UnsafeBufferPointer(nothing), layout, receiving: nothing, layout).wait()
        try beginEmptyGather(world).wait()
      }
    }
  }
}

/// A request whose operation transfers nothing.
private func beginEmptyGather(_ world: borrowing Communicator) throws -> Request {
  try world.beginAllGather(
    inPlace: UnsafeMutableBufferPointer<Float>(start: nil, count: 0),
    BlockLayout(counts: Array(repeating: 0, count: world.size)))
}
