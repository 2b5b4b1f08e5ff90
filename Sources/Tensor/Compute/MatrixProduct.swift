import COpenBLAS
import Glibc

/// Matrices in OpenBLAS, single-threaded: its bits change with its threads, so ours go around it.
package enum MatrixProduct {
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// C[rows × columns] ← op(A)[rows × inner] · op(B)[inner × columns] + (C if `accumulating`), all row-major.
  ///
  /// - Parameters:
  ///   - aStride: distance of A's rows in memory, A as stored.
  ///   - transposingA: A is stored as [inner × rows].
  ///   - transposingB: B is stored as [columns × inner].
  package static func multiply(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, stride aStride: Int, transposingA: Bool = false,
    _ b: UnsafePointer<Float>, stride bStride: Int, transposingB: Bool = false, into c: Floats, stride cStride: Int,
    accumulating: Bool = false
  ) {
    singleThreaded
    cblas_sgemm(
      CblasRowMajor, transposingA ? CblasTrans : CblasNoTrans, transposingB ? CblasTrans : CblasNoTrans, Int32(rows),
      Int32(columns), Int32(inner), 1, a, Int32(aStride), b, Int32(bStride), accumulating ? 1 : 0, c, Int32(cStride))
  }

  /// The core that OpenBLAS chose when the process started, as `OPENBLAS_CORETYPE` would name it.
  package static var coreName: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS's own version line.
  package static var version: String {
    String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(separator: " ")
  }
}
