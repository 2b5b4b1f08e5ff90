internal import CMPI

/// The ranks of one job, or of a part of it. Move-only: freed exactly once, never sent to another task.
///
/// All calls come from the thread that started MPI (MPI_THREAD_FUNNELED). The collectives are in `Collectives/`.
package struct Communicator: ~Copyable {
  let handle: OpaquePointer
  private let isOwned: Bool
  /// This process's number, 0 ..< `size`. MPI 3.1 §6.4.1.
  package let rank: Int
  /// Number of processes. MPI 3.1 §6.4.1.
  package let size: Int

  /// - Parameter owned: whether to free it when this value ends; not for MPI_COMM_WORLD.
  init(_ handle: OpaquePointer, owned: Bool) throws(MPIError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    // Errors must return, whatever handler the library sets by default.
    try check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(handle, cmpi_errors_return()))
    try check("MPI_Comm_rank", MPI_Comm_rank(handle, &rank))
    try check("MPI_Comm_size", MPI_Comm_size(handle, &size))
    self.handle = handle
    self.isOwned = owned
    self.rank = Int(rank)
    self.size = Int(size)
  }

  deinit {
    guard isOwned, Session.isActive else { return }
    var handle: OpaquePointer? = handle
    MPI_Comm_free(&handle)  // fails only for an invalid handle
  }

  /// Whether this is rank 0, which prints and writes files for all.
  package var isFirst: Bool { rank == 0 }

  /// The ranks on this rank's host, with their local rank and size. Collective. MPI 3.1 §6.4.2.
  package func sharedMemory() throws(MPIError) -> Communicator {
    var part: OpaquePointer?
    try check(
      "MPI_Comm_split_type",
      MPI_Comm_split_type(handle, cmpi_comm_type_shared(), Int32(rank), cmpi_info_null(), &part))
    return try Communicator(part!, owned: true)
  }

  /// The ranks that pass the same `color`, in the order of `key`, ties in the order of ranks. Collective. MPI 3.1
  /// §6.4.2.
  package func split(color: Int, key: Int = 0) throws(MPIError) -> Communicator {
    var part: OpaquePointer?
    let color = try checkedCount("MPI_Comm_split", color)
    try check("MPI_Comm_split", MPI_Comm_split(handle, color, Int32(key), &part))
    return try Communicator(part!, owned: true)
  }

  /// A communicator of the same ranks whose messages never mix with this one's. Collective. MPI 3.1 §6.4.2.
  package func duplicate() throws(MPIError) -> Communicator {
    var copy: OpaquePointer?
    try check("MPI_Comm_dup", MPI_Comm_dup(handle, &copy))
    return try Communicator(copy!, owned: true)
  }

  /// Returns once every rank has called it. Collective. MPI 3.1 §5.3.
  package func barrier() throws(MPIError) {
    try check("MPI_Barrier", MPI_Barrier(handle))
  }
}
