/// Reductions and transforms of a matrix [rows][channels], per channel. A range of channels is the unit of work: its
/// result does not depend on the other channels of the call.
extension Kernels {
  /// sums[c] ← Σ over rows of x[row][c], for c in `range`.
  package func columnSums(
    _ sums: UnsafeMutablePointer<Double>, of x: Floats, rows: Int, channels: Int, range: Range<Int>
  ) {
    table.column_sums(sums, x, rows, channels, range.lowerBound, range.upperBound)
  }

  /// mean[c] ← mean over rows, m2[c] ← Σ (x − mean)², for c in `range`; at least one row.
  package func moments(
    mean: UnsafeMutablePointer<Double>, m2: UnsafeMutablePointer<Double>, of x: Floats, rows: Int, channels: Int,
    range: Range<Int>
  ) {
    precondition(rows > 0, "moments need a row")
    table.moments(mean, m2, x, rows, channels, range.lowerBound, range.upperBound)
  }

  /// y ← activation((x − mean) · inverse · scale + shift); `slope` is the activation's slope below 0 (1: no
  /// activation).
  package func normalize(
    _ y: Floats, from x: Floats, rows: Int, channels: Int, mean: Floats, inverse: Floats, scale: Floats, shift: Floats,
    slope: Float
  ) {
    table.normalize(y, x, rows, channels, mean, inverse, scale, shift, slope)
  }

  /// sum[c] ← Σ d, dot[c] ← Σ d · (x − mean) · inverse, with d = gradient · activation′(y), for c in `range`.
  package func normalizeBackwardSums(
    sum: UnsafeMutablePointer<Double>, dot: UnsafeMutablePointer<Double>, gradient: Floats, x: Floats, y: Floats,
    rows: Int, channels: Int, range: Range<Int>, mean: Floats, inverse: Floats, slope: Float
  ) {
    table.normalize_backward_sums(
      sum, dot, gradient, x, y, rows, channels, range.lowerBound, range.upperBound, mean, inverse, slope)
  }

  /// gradient ← scale · inverse · (d − meanD − (x − mean) · inverse · meanDot), with d as in `normalizeBackwardSums`.
  package func normalizeBackward(
    _ gradient: Floats, x: Floats, y: Floats, rows: Int, channels: Int, mean: Floats, inverse: Floats, scale: Floats,
    meanD: Floats, meanDot: Floats, slope: Float
  ) {
    table.normalize_backward(gradient, x, y, rows, channels, mean, inverse, scale, meanD, meanDot, slope)
  }
}
