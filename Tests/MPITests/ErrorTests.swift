import MPI
import Testing

extension World {
  @Suite(.serialized) @MainActor
  struct Errors {
    @Test func aRootThatIsNoRankThrows() throws {
      try SharedSession.withWorld { world throws in
        let error = #expect(throws: MPIError.self) { try world.broadcast(1, from: world.size) }
        #expect(error?.operation == "MPI_Bcast")
        #expect(error?.errorClass == .root)
        #expect(error?.message.contains("MPI_ERR_ROOT") == true)
        #expect(throws: MPIError.self) { try world.gather([1 as Float], to: -1) }
        #expect(try world.sum(of: 1) == world.size)
      }
    }

    @Test func aDerivedCommunicatorReturnsErrorsToo() throws {
      try SharedSession.withWorld { world throws in
        let host = try world.sharedMemory()
        #expect(throws: MPIError.self) { try host.broadcast(1, from: host.size) }
      }
    }

    @Test func messagesBeyond32BitsAreRefused() throws {
      let error = #expect(throws: MPIError.self) { try BlockLayout(counts: [1 << 30, 1 << 30]) }
      #expect(error?.errorClass == .count)
      #expect(error?.description.contains("2147483648") == true)
      #expect(throws: MPIError.self) { try BlockLayout(counts: [1], offsets: [1 << 31]) }
      #expect(throws: Never.self) { try BlockLayout(counts: [1 << 30, 1 << 30 - 1]) }
      try SharedSession.withWorld { world throws in
        // The address is never used: the count is refused before the MPI call.
        let huge = UnsafeMutableBufferPointer<UInt8>(start: .init(bitPattern: 16), count: 1 << 31)
        #expect(throws: MPIError.self) { try world.broadcast(huge) }
      }
    }
  }
}
