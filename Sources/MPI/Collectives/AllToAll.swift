internal import CMPI

extension Communicator {
  /// Begins sending block r of `source` to rank r, and receiving rank r's block for this rank as block r of
  /// `destination`. Collective. MPI 3.1 §5.12.6.
  ///
  /// A block that a rank sends to another must be as long as the block that the other receives from it. The buffers
  /// must not overlap, and must outlive the request. Until it ends, do not write `source`, nor read or write
  /// `destination`.
  ///
  /// - Parameter request: one without a pending operation.
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
