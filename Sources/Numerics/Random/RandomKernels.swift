import CKernels

/// Passes over `count` contiguous elements with the random numbers of an unused stream.
extension Kernels {
  /// x ← 0 with probability `rate`, x / (1 − rate) otherwise (Srivastava et al. 2014), by the words of `stream`:
  /// element 64 g + 16 w + i follows word w of block 16 g + i.
  package func dropout(_ x: Floats, count: Int, rate: Float, by stream: RandomStream) {
    table.dropout(
      x, count,
      dt_dropout(stream: stream.start, threshold: UInt32(Double(rate) * 0x1p32), scale: 1 / (1 - rate)))
  }

  /// y ← x + deviation · n, where n are the numbers that `fillNormal` of `stream` makes, to the last bit.
  package func addNormals(
    _ y: Floats, _ x: UnsafePointer<Float>, count: Int, deviation: Float, by stream: RandomStream
  ) {
    table.add_normals(y, x, count, deviation, stream.start)
  }
}

extension RandomStream {
  /// The stream from its current counter on; no words of it may have been used.
  fileprivate var start: dt_stream {
    dt_stream(key: (key[0], key[1]), counter: (counter[0], counter[1], counter[2], counter[3]))
  }
}
