internal import CMPI

extension Communicator {
  /// Fills every rank's `buffer` with the root's. All have the same count. Collective. MPI 3.1 §5.4.
  package func broadcast<Element: MPIElement>(_ buffer: UnsafeMutableBufferPointer<Element>, from root: Int = 0)
    throws(MPIError)
  {
    let count = try checkedCount("MPI_Bcast", buffer.count)
    try check("MPI_Bcast", MPI_Bcast(buffer.baseAddress, count, Element.datatype.handle, Int32(clamping: root), handle))
  }

  /// The root's `values` on every rank. The other ranks' arguments are ignored. Collective. MPI 3.1 §5.4.
  package func broadcast<Element: MPIElement>(_ values: [Element], from root: Int = 0) throws(MPIError) -> [Element] {
    let count = try broadcast(values.count, from: root)
    if rank == root {
      var values = values
      try broadcastInPlace(&values, from: root)
      return values
    }
    var failure: MPIError?
    let received = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(MPIError) { try broadcast(.init(rebasing: buffer[0..<count]), from: root) } catch { failure = error }
      initialized = failure == nil ? count : 0
    }
    if let failure { throw failure }
    return received
  }

  /// The root's `value` on every rank. Collective. MPI 3.1 §5.4.
  package func broadcast<Element: MPIElement>(_ value: Element, from root: Int = 0) throws(MPIError) -> Element {
    var value = value
    try check(
      "MPI_Bcast", MPI_Bcast(&value, 1, Element.datatype.handle, Int32(clamping: root), handle))
    return value
  }

  private func broadcastInPlace<Element: MPIElement>(_ values: inout [Element], from root: Int) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { buffer throws(MPIError) in try broadcast(buffer, from: root) }
  }
}
