import CKernels

/// The first factor of a product: `start`[row · `stride` + k] or, transposed, `start`[k · `stride` + row].
struct Factor {
  var start: UnsafePointer<Float>
  var stride: Int
  var isTransposed = false
  /// Number of separate parts of the terms; each begins `runStride` floats after the one before.
  var runs = 1
  var runStride = 0
}

extension Kernels {
  /// c[row][column] ← Σ over k of a[row][k] · b[k][column] (+ c if `accumulating`). B is a panel of one or two vectors
  /// a row, which are read whole. An element is one chain of multiply-adds over k.
  ///
  /// - Parameter inner: terms of each of A's runs.
  func multiplyPanel(
    _ a: Factor, _ b: UnsafePointer<Float>, stride bStride: Int, rows: Int, columns: Int, inner: Int,
    into c: Floats, stride cStride: Int, accumulating: Bool = false
  ) {
    var factor = dt_factor(
      start: a.start, stride: a.stride, is_transposed: a.isTransposed ? 1 : 0, runs: a.runs, run_stride: a.runStride)
    table.multiply_panel(c, cStride, &factor, b, bStride, rows, columns, inner, accumulating ? 1 : 0)
  }

  /// Columns of a panel of two vectors.
  var panelColumns: Int { 2 * table.lanes }

  /// Columns in memory of a panel of `columns` columns: one or two whole vectors.
  func panelWidth(_ columns: Int) -> Int { columns > table.lanes ? 2 * table.lanes : table.lanes }
}
