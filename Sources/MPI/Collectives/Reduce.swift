internal import CMPI

// MPI's order of additions changes with the number of ranks. Sums of floating-point numbers that must have the same
// bits on any number of ranks go through a ShardTree instead.

extension Communicator {
  /// Replaces every rank's `buffer` by the element-wise sum over ranks. Collective. MPI 3.1 §5.9.6.
  package func sum<Number: MPINumber>(_ buffer: inout [Number]) throws(MPIError) {
    try allReduce(&buffer, cmpi_sum())
  }

  /// Replaces every rank's `buffer` by the element-wise minimum over ranks, which may lose a NaN. Collective.
  /// MPI 3.1 §5.9.6.
  package func minimum<Number: MPINumber>(_ buffer: inout [Number]) throws(MPIError) {
    try allReduce(&buffer, cmpi_min())
  }

  /// Replaces every rank's `buffer` by the element-wise maximum over ranks, which may lose a NaN. Collective.
  /// MPI 3.1 §5.9.6.
  package func maximum<Number: MPINumber>(_ buffer: inout [Number]) throws(MPIError) {
    try allReduce(&buffer, cmpi_max())
  }

  /// The sum of every rank's `value`. Collective.
  package func sum<Number: MPINumber>(of value: Number) throws(MPIError) -> Number {
    try allReduce(value, cmpi_sum())
  }

  /// The least of every rank's `value`. Collective.
  package func minimum<Number: MPINumber>(of value: Number) throws(MPIError) -> Number {
    try allReduce(value, cmpi_min())
  }

  /// The greatest of every rank's `value`. Collective.
  package func maximum<Number: MPINumber>(of value: Number) throws(MPIError) -> Number {
    try allReduce(value, cmpi_max())
  }

  /// Whether `condition` holds on every rank. Collective.
  package func everyRank(_ condition: Bool) throws(MPIError) -> Bool {
    try minimum(of: condition ? 1 as Int32 : 0) == 1
  }

  private func allReduce<Number: MPINumber>(_ values: inout [Number], _ operation: OpaquePointer) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { buffer throws(MPIError) in
      try allReduce(buffer.baseAddress, checkedCount("MPI_Allreduce", buffer.count), operation)
    }
  }

  /// Without an array, because the ranks agree on a number before every step, and nothing may be allocated in a step.
  private func allReduce<Number: MPINumber>(_ value: Number, _ operation: OpaquePointer) throws(MPIError) -> Number {
    var value = value
    try allReduce(&value, 1, operation)
    return value
  }

  private func allReduce<Number: MPINumber>(
    _ values: UnsafeMutablePointer<Number>?, _ count: Int32, _ operation: OpaquePointer
  ) throws(MPIError) {
    try check(
      "MPI_Allreduce",
      MPI_Allreduce(cmpi_in_place(), values, count, Number.datatype.handle, operation, handle))
  }
}
