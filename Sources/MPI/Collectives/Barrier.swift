internal import CMPI

extension Communicator {
  /// Returns once every rank has called it. Collective. MPI 3.1 §5.3.
  package func barrier() throws(MPIError) {
    try check("MPI_Barrier", MPI_Barrier(handle))
  }

  /// A barrier whose end can be tested for. Collective. MPI 3.1 §5.12.1.
  package func beginBarrier() throws(MPIError) -> Request {
    let handle = handle
    let request = Request()
    try request.begin("MPI_Ibarrier") { MPI_Ibarrier(handle, &$0) }
    return request
  }
}
