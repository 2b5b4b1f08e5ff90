internal import CMPI

/// A nonblocking collective under way. MPI 3.1 §3.7.3, §5.12.
///
/// A class, so that pending requests can be kept in arrays. It keeps the block layouts that the operation reads; the
/// data buffers are the caller's, and must neither move nor end before `test()` has said true or `wait()` has returned.
/// Open MPI moves a collective on only inside MPI's own calls: test often while computing.
package final class Request {
  private let operation: StaticString
  private var handle: OpaquePointer?
  private var layouts: [BlockLayout]
  /// Whether the operation has ended, so far as `test()` or `wait()` has seen.
  package private(set) var isComplete = false

  init(_ operation: StaticString, keeping layouts: [BlockLayout] = [], start: (inout OpaquePointer?) -> Int32)
    throws(MPIError)
  {
    self.operation = operation
    self.layouts = layouts
    try check(operation, start(&handle))
  }

  deinit {
    // A nonblocking collective cannot be cancelled (MPI 3.1 §5.12): MPI may go on reading these after an error unwinds.
    if !isComplete { for layout in layouts { _ = Unmanaged.passRetained(layout) } }
  }

  /// Whether the operation has ended; moves it on. MPI_Test, MPI 3.1 §3.7.3.
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
    layouts = []
  }

  /// Whether all of `requests` have ended; each one that has not is moved on.
  package static func testAll(_ requests: [Request]) throws(MPIError) -> Bool {
    var all = true
    for request in requests where try !request.test() { all = false }
    return all
  }

  /// Returns once all of `requests` have ended.
  package static func waitAll(_ requests: [Request]) throws(MPIError) {
    for request in requests { try request.wait() }
  }
}
