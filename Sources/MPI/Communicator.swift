internal import CMPI

/// The ranks of one job, or of a part of it. Move-only: freed exactly once, never sent to another task.
///
/// All calls come from the thread that started MPI (MPI_THREAD_FUNNELED). The collectives are in `Collectives/`.
package struct Communicator: ~Copyable {
  let handle: OpaquePointer
  private let isOwned: Bool
  /// This process's number, 0 ..< `size`. MPI 3.1 §6.4.1.
  package let rank: Int
  /// How many processes there are. MPI 3.1 §6.4.1.
  package let size: Int

  /// `owned`: freed when this value ends, unlike MPI_COMM_WORLD.
  init(_ handle: OpaquePointer, owned: Bool) throws(MPIError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    // A new communicator's handler is the library's choice until set.
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
    MPI_Comm_free(&handle)  // fails of an invalid handle alone
  }

  /// Whether this is rank 0, which speaks and writes for all.
  package var isFirst: Bool { rank == 0 }

  /// The ranks that share this one's memory: one communicator a host, its rank and size the local ones. Collective.
  /// MPI 3.1 §6.4.2.
  package func sharedMemory() throws(MPIError) -> Communicator {
    var part: OpaquePointer?
    try check(
      "MPI_Comm_split_type",
      MPI_Comm_split_type(handle, cmpi_comm_type_shared(), Int32(rank), cmpi_info_null(), &part))
    return try Communicator(part!, owned: true)
  }

  /// The ranks that gave the same `color`, in the order of their `key`, ties by rank. Collective. MPI 3.1 §6.4.2.
  package func split(color: Int, key: Int = 0) throws(MPIError) -> Communicator {
    var part: OpaquePointer?
    let color = try checkedCount("MPI_Comm_split", color)
    try check("MPI_Comm_split", MPI_Comm_split(handle, color, Int32(key), &part))
    return try Communicator(part!, owned: true)
  }

  /// A communicator of the same ranks whose messages never meet this one's. Collective. MPI 3.1 §6.4.2.
  package func duplicate() throws(MPIError) -> Communicator {
    var copy: OpaquePointer?
    try check("MPI_Comm_dup", MPI_Comm_dup(handle, &copy))
    return try Communicator(copy!, owned: true)
  }
}
