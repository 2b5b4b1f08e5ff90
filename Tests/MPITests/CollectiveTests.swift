import MPI
import Testing

extension World {
  @Suite(.serialized) @MainActor
  struct Collectives {
    @Test func broadcastsFromEveryRoot() throws {
      try SharedSession.withWorld { world throws in
        for root in 0..<world.size {
          #expect(try world.broadcast(world.rank + 7, from: root) == root + 7)
          let expected = (0..<unevenCount(root)).map { mark(root, $0) }
          let mine = (0..<unevenCount(world.rank)).map { mark(world.rank, $0) }
          #expect(try world.broadcast(mine, from: root) == expected)
        }
        #expect(try world.broadcast([UInt8](), from: 0) == [])
        var bytes = [UInt8](repeating: UInt8(world.rank), count: 5)
        try bytes.withUnsafeMutableBufferPointer { try world.broadcast($0, from: world.size - 1) }
        #expect(bytes == [UInt8](repeating: UInt8(world.size - 1), count: 5))
      }
    }

    @Test func sumsMinimaAndMaxima() throws {
      try SharedSession.withWorld { world throws in
        let n = world.size
        var floats = [Float(world.rank), 0.5, Float(-world.rank)]
        try world.sum(&floats)
        #expect(floats == [Float(n * (n - 1) / 2), 0.5 * Float(n), Float(-n * (n - 1) / 2)])

        // Beyond 2⁵³, where a conversion to Double would lose the last digit.
        var large: [Int64] = [1 << 60 + 1, Int64(world.rank)]
        try world.maximum(&large)
        #expect(large == [1 << 60 + 1, Int64(n - 1)])
        var unsigned: [UInt64] = [.max - UInt64(world.rank), 3]
        try world.maximum(&unsigned)
        #expect(unsigned == [.max, 3])
        try world.minimum(&unsigned)
        #expect(unsigned == [.max, 3])

        var doubles = [Double(world.rank) + 0.25]
        try world.minimum(&doubles)
        #expect(doubles == [0.25])
        #expect(try world.sum(of: world.rank + 1) == n * (n + 1) / 2)
        #expect(try world.minimum(of: Int32(world.rank)) == 0)
        #expect(try world.maximum(of: Float(world.rank)) == Float(n - 1))
        var nothing: [Double] = []
        try world.sum(&nothing)
        #expect(nothing.isEmpty)
      }
    }

    @Test func agreesOnConditions() throws {
      try SharedSession.withWorld { world throws in
        #expect(try world.everyRank(true))
        #expect(try !world.everyRank(world.rank != world.size - 1))
      }
    }

    @Test func gathersUnevenAndEmptyContributions() throws {
      try SharedSession.withWorld { world throws in
        let mine = (0..<unevenCount(world.rank)).map { mark(world.rank, $0) }
        let all = (0..<world.size).map { rank in (0..<unevenCount(rank)).map { mark(rank, $0) } }
        for root in 0..<world.size {
          #expect(try world.gather(mine, to: root) == (world.rank == root ? all : []))
        }
        #expect(try world.allGather(mine) == all)
        #expect(try world.allGather([UInt8]()) == Array(repeating: [], count: world.size))
        #expect(
          try world.allGather(Array("rank \(world.rank)".utf8)).map { String(decoding: $0, as: UTF8.self) }
            == (0..<world.size).map { "rank \($0)" })
      }
    }

    /// As if the ranks together had more elements than MPI can count.
    @Test(arguments: [1, 2, 3, 100]) func gathersInPortions(portion: Int) throws {
      try SharedSession.withWorld { world throws in
        let all = (0..<world.size).map { rank in (0..<3 * unevenCount(rank + 1)).map { mark(rank, $0) } }
        let root = world.size - 1
        let gathered = try world.gather(all[world.rank], to: root, portion: portion)
        #expect(gathered == (world.rank == root ? all : []))
      }
    }

    @Test func gathersInPlaceWithGaps() throws {
      try SharedSession.withWorld { world throws in
        let counts = (0..<world.size).map(unevenCount)
        let offsets = (0..<world.size).map { $0 * 4 + 1 }
        let layout = try BlockLayout(counts: counts, offsets: offsets)
        var expected = [Float](repeating: -1, count: world.size * 4)
        for rank in 0..<world.size { for i in 0..<counts[rank] { expected[offsets[rank] + i] = mark(rank, i) } }
        var buffer = [Float](repeating: -1, count: world.size * 4)
        for i in 0..<counts[world.rank] { buffer[offsets[world.rank] + i] = mark(world.rank, i) }
        try buffer.withUnsafeMutableBufferPointer { try world.allGather(inPlace: $0, layout) }
        #expect(buffer == expected)
      }
    }

    @Test func splitsByMemoryAndByColor() throws {
      try SharedSession.withWorld { world throws in
        let host = try world.sharedMemory()
        #expect(host.size >= 1 && host.size <= world.size)
        let names = try world.allGather(Array(Session.processorName.utf8))
        #expect(host.size == names.count { $0 == names[world.rank] })
        if let expected = LaunchEnvironment.current.localRank { #expect(host.rank == expected) }

        let parity = try world.split(color: world.rank % 2, key: -world.rank)
        #expect(parity.size == (world.size + 1 - world.rank % 2) / 2)
        #expect(parity.rank == parity.size - 1 - world.rank / 2)
        #expect(try parity.sum(of: world.rank % 2) == (world.rank % 2) * parity.size)
        let copy = try world.duplicate()
        #expect(copy.rank == world.rank && copy.size == world.size)
        try copy.barrier()
      }
    }
  }
}

/// Rank a sends (a + 2b) mod 4 numbers to rank b, marked with sender and place; rank 0 sends nothing to itself.
struct UnevenExchange {
  let source: [Float]
  let expected: [Float]
  let sent: BlockLayout
  let received: BlockLayout

  init(rank: Int, size: Int) throws {
    func count(from sender: Int, to receiver: Int) -> Int { (sender + 2 * receiver) % 4 }
    func values(from sender: Int, to receiver: Int) -> [Float] {
      (0..<count(from: sender, to: receiver)).map { mark(sender, receiver * 10 + $0) }
    }
    source = (0..<size).flatMap { values(from: rank, to: $0) }
    expected = (0..<size).flatMap { values(from: $0, to: rank) }
    sent = try BlockLayout(counts: (0..<size).map { count(from: rank, to: $0) })
    received = try BlockLayout(counts: (0..<size).map { count(from: $0, to: rank) })
  }
}
