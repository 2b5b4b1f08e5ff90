import COpenBLAS
import Glibc

/// OpenBLAS, opened on demand and limited to one thread, since its results change with the number of threads.
package struct OpenBLAS: Sendable {
  let functions: copenblas_functions

  /// Opens the library. The first time in a process takes some 20 ms.
  ///
  /// - Parameter core: the library's kernels, by a name as in `OPENBLAS_CORETYPE`; nil for the library's own choice.
  ///   The variable has precedence if it is set. Has no effect once the library is open.
  package init(core: String? = nil) throws(OpenBLASError) {
    // The library reads both variables while it is loaded, and starts its threads then.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    if let core { setenv("OPENBLAS_CORETYPE", core, 0) }
    var functions = copenblas_functions()
    var message = [CChar](repeating: 0, count: 512)
    guard copenblas_open(&functions, &message, message.count) == 0 else {
      let reason = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw .unavailable(reason: String(decoding: reason, as: UTF8.self))
    }
    self.functions = functions
    functions.set_num_threads(1)  // a build with OpenMP reads another variable
  }

  /// The CPU core that the library's kernels are for, as in `OPENBLAS_CORETYPE`.
  package var coreName: String { String(cString: functions.get_corename()!) }

  /// Name and version, such as "OpenBLAS 0.3.21".
  package var version: String {
    String(cString: functions.get_config()!).split(separator: " ").prefix(2).joined(separator: " ")
  }

  /// C[rows × columns] ← op(A)[rows × inner] · op(B)[inner × columns], all row-major.
  ///
  /// - Parameters:
  ///   - aStride: distance of A's rows in memory, A as stored.
  ///   - transposingA: A is stored as [inner × rows].
  ///   - transposingB: B is stored as [columns × inner].
  package func multiply(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, stride aStride: Int, transposingA: Bool = false,
    _ b: UnsafePointer<Float>, stride bStride: Int, transposingB: Bool = false, into c: UnsafeMutablePointer<Float>,
    stride cStride: Int
  ) {
    functions.sgemm(
      Int32(COPENBLAS_ROW_MAJOR), Self.operation(transposingA), Self.operation(transposingB), Int32(rows),
      Int32(columns), Int32(inner), 1, a, Int32(aStride), b, Int32(bStride), 0, c, Int32(cStride))
  }

  static func operation(_ isTransposing: Bool) -> Int32 {
    Int32(isTransposing ? COPENBLAS_TRANSPOSED : COPENBLAS_AS_IS)
  }
}

package enum OpenBLASError: Error, CustomStringConvertible {
  /// The library cannot be loaded, for the reason that the loader gives.
  case unavailable(reason: String)
  /// LAPACK found no eigenvalues, because a number is infinite or NaN.
  case noConvergence

  package var description: String {
    switch self {
    case .unavailable(let reason): "OpenBLAS cannot be opened: \(reason)"
    case .noConvergence: "LAPACK's dsyevd does not converge"
    }
  }
}
