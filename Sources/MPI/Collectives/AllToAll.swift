internal import CMPI

extension Communicator {
  /// Sends block r of `source` to rank r, and receives rank r's block for this rank as block r of `destination`.
  /// Collective. MPI 3.1 §5.8.
  ///
  /// What a rank sends to another is as long as what the other expects of it. The buffers do not overlap.
  package func allToAll<Element: MPIElement>(
    sending source: UnsafeBufferPointer<Element>, _ sent: BlockLayout,
    receiving destination: UnsafeMutableBufferPointer<Element>, _ received: BlockLayout
  ) throws(MPIError) {
    sent.requireFit(source.count, ranks: size)
    received.requireFit(destination.count, ranks: size)
    try check(
      "MPI_Alltoallv",
      MPI_Alltoallv(
        source.baseAddress, sent.counts, sent.displacements, Element.datatype.handle,
        destination.baseAddress, received.counts, received.displacements, Element.datatype.handle, handle))
  }

  /// Begins sending block r of `source` to rank r, and receiving rank r's block as block r of `destination`. Collective.
  /// MPI 3.1 §5.12.6.
  ///
  /// Both buffers outlive the request; until it ends `source` is not written, `destination` neither read nor written.
  ///
  /// - Parameter request: one that has ended.
  package func beginAllToAll<Element: MPIElement>(
    sending source: UnsafeBufferPointer<Element>, _ sent: BlockLayout,
    receiving destination: UnsafeMutableBufferPointer<Element>, _ received: BlockLayout, reusing request: Request
  ) throws(MPIError) {
    sent.requireFit(source.count, ranks: size)
    received.requireFit(destination.count, ranks: size)
    let handle = handle
    try request.begin("MPI_Ialltoallv", sent: sent, received: received) {
      MPI_Ialltoallv(
        source.baseAddress, sent.counts, sent.displacements, Element.datatype.handle,
        destination.baseAddress, received.counts, received.displacements, Element.datatype.handle, handle, &$0)
    }
  }

  /// The same with a new request.
  package func beginAllToAll<Element: MPIElement>(
    sending source: UnsafeBufferPointer<Element>, _ sent: BlockLayout,
    receiving destination: UnsafeMutableBufferPointer<Element>, _ received: BlockLayout
  ) throws(MPIError) -> Request {
    let request = Request()
    try beginAllToAll(sending: source, sent, receiving: destination, received, reusing: request)
    return request
  }
}
