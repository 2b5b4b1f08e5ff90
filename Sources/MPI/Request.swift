internal import CMPI

/// A nonblocking collective operation. MPI 3.1 §3.7.3, §5.12.
///
/// A class, so that pending requests can be kept in arrays, and used again after they have ended. It keeps the block
/// layouts alive that the operation reads. The data buffers are the caller's: they must neither move nor be freed
/// before `test()` has returned true or `wait()` has returned. The process ends if a request is dropped before that,
/// since MPI would go on reading and writing the buffers. Open MPI makes progress only inside MPI calls: test often
/// while computing.
package final class Request {
  private var operation: StaticString = ""
  private var handle: OpaquePointer?
  private var layouts: (sent: BlockLayout?, received: BlockLayout?)
  /// Whether no operation is pending, as last seen by `test()` or `wait()`.
  package private(set) var isComplete = true

  /// A request without an operation, for the collectives' `reusing:`.
  package init() {}

  deinit {
    if isComplete { return }
    guard MPIError.hasOccurred else {
      fatalError(
        """
        \(operation) is under way and its request is dropped: keep the request, and its buffers, until test() has said \
        true or wait() has returned
        """)
    }
    // An MPI error is unwinding and ends the job. Until then MPI may go on reading the layouts, since a nonblocking
    // collective cannot be cancelled (MPI 3.1 §5.12).
    for layout in [layouts.sent, layouts.received] { if let layout { _ = Unmanaged.passRetained(layout) } }
  }

  func begin(
    _ operation: StaticString, sent: BlockLayout? = nil, received: BlockLayout? = nil,
    start: (inout OpaquePointer?) -> Int32
  ) throws(MPIError) {
    precondition(isComplete, "a request is used for one operation at a time")
    self.operation = operation
    layouts = (sent, received)
    try check(operation, start(&handle))
    isComplete = false
  }

  /// Makes progress; returns whether the operation has ended. MPI_Test, MPI 3.1 §3.7.3.
  package func test() throws(MPIError) -> Bool {
    if isComplete { return true }
    var flag: Int32 = 0
    try check(operation, MPI_Test(&handle, &flag, cmpi_status_ignore()))
    if flag != 0 { finish() }
    return isComplete
  }

  /// Returns once the operation has ended. MPI_Wait, MPI 3.1 §3.7.3.
  package func wait() throws(MPIError) {
    if isComplete { return }
    try check(operation, MPI_Wait(&handle, cmpi_status_ignore()))
    finish()
  }

  private func finish() {
    isComplete = true
    layouts = (nil, nil)
  }

  /// Returns once all of `requests` have ended.
  package static func waitAll(_ requests: [Request]) throws(MPIError) {
    for request in requests { try request.wait() }
  }
}
