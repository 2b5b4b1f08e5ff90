internal import CMPI

extension Communicator {
  /// Every rank's `values`, by rank, on the root; an empty array on the others. Counts may differ, may be 0, and may
  /// exceed MPI's 32-bit integers. Collective. MPI 3.1 §5.5.
  ///
  /// - Parameter portion: the most elements that a rank sends at once; nil for the most that MPI can count.
  package func gather<Element: MPIElement>(
    _ values: [Element], to root: Int = 0, portion: Int? = nil
  ) throws(MPIError) -> [[Element]] {
    let portion = portion ?? Int(Int32.max) / size
    let rounds = try maximum(of: (values.count + portion - 1) / portion)
    if rounds <= 1 { return try gatherAtOnce(values, to: root) }
    var all = [[Element]](repeating: [], count: rank == root ? size : 0)
    for round in 0..<rounds {
      let part = values.dropFirst(round * portion).prefix(portion)
      for (rank, found) in try gatherAtOnce(Array(part), to: root).enumerated() { all[rank] += found }
    }
    return all
  }

  /// - Parameter values: together on all ranks no more than MPI can count.
  private func gatherAtOnce<Element: MPIElement>(_ values: [Element], to root: Int) throws(MPIError) -> [[Element]] {
    let mine = try checkedCount("MPI_Gatherv", values.count)
    var counts = [Int32](repeating: 0, count: rank == root ? size : 0)
    var send = mine
    try check(
      "MPI_Gather",
      MPI_Gather(&send, 1, cmpi_int32(), &counts, 1, cmpi_int32(), Int32(clamping: root), handle))
    let layout = rank == root ? try BlockLayout(counts: counts.map(Int.init)) : nil
    return try collect("MPI_Gatherv", layout) { buffer in
      values.withUnsafeBufferPointer {
        MPI_Gatherv(
          $0.baseAddress, mine, Element.datatype.handle, buffer, layout?.counts, layout?.displacements,
          Element.datatype.handle, Int32(root), handle)
      }
    }
  }

  /// Every rank's `values`, by rank, on every rank. Counts may differ and be 0. Collective. MPI 3.1 §5.7.
  package func allGather<Element: MPIElement>(_ values: [Element]) throws(MPIError) -> [[Element]] {
    var mine = Int64(values.count)
    var counts = [Int64](repeating: 0, count: size)
    try check(
      "MPI_Allgather", MPI_Allgather(&mine, 1, cmpi_int64(), &counts, 1, cmpi_int64(), handle))
    let layout = try BlockLayout(counts: counts.map(Int.init))
    return try collect("MPI_Allgatherv", layout) { buffer in
      values.withUnsafeBufferPointer {
        MPI_Allgatherv(
          $0.baseAddress, Int32(values.count), Element.datatype.handle, buffer, layout.counts, layout.displacements,
          Element.datatype.handle, handle)
      }
    }
  }

  /// Fills every rank's `buffer` with the block that each rank has in its own. Collective. MPI 3.1 §5.7 (in place).
  package func allGather<Element: MPIElement>(
    inPlace buffer: UnsafeMutableBufferPointer<Element>, _ layout: BlockLayout
  ) throws(MPIError) {
    layout.requireFit(buffer.count, ranks: size)
    try check(
      "MPI_Allgatherv",
      MPI_Allgatherv(
        cmpi_in_place(), 0, Element.datatype.handle, buffer.baseAddress, layout.counts, layout.displacements,
        Element.datatype.handle, handle))
  }

  /// Begins filling every rank's `buffer` with the block that each rank has in its own. Collective.
  /// MPI 3.1 §5.12.5 (in place).
  ///
  /// `buffer` must outlive the request; MPI reads and writes it until the request ends.
  ///
  /// - Parameter request: one without a pending operation.
  package func beginAllGather<Element: MPIElement>(
    inPlace buffer: UnsafeMutableBufferPointer<Element>, _ layout: BlockLayout, reusing request: Request
  ) throws(MPIError) {
    layout.requireFit(buffer.count, ranks: size)
    let handle = handle
    try request.begin("MPI_Iallgatherv", received: layout) {
      MPI_Iallgatherv(
        cmpi_in_place(), 0, Element.datatype.handle, buffer.baseAddress, layout.counts, layout.displacements,
        Element.datatype.handle, handle, &$0)
    }
  }

  /// The same with a new request.
  package func beginAllGather<Element: MPIElement>(
    inPlace buffer: UnsafeMutableBufferPointer<Element>, _ layout: BlockLayout
  ) throws(MPIError) -> Request {
    let request = Request()
    try beginAllGather(inPlace: buffer, layout, reusing: request)
    return request
  }

  /// Receives the blocks of `layout` and returns one array for each; without a layout, receives nothing.
  private func collect<Element: MPIElement>(
    _ operation: StaticString, _ layout: BlockLayout?, _ call: (UnsafeMutablePointer<Element>?) -> Int32
  ) throws(MPIError) -> [[Element]] {
    let buffer = UnsafeMutablePointer<Element>.allocate(capacity: max(layout?.extent ?? 0, 1))
    defer { buffer.deallocate() }
    try check(operation, call(buffer))
    guard let layout else { return [] }
    return (0..<layout.ranks).map { rank in
      Array(UnsafeBufferPointer(start: buffer + layout[rank].lowerBound, count: layout[rank].count))
    }
  }
}
