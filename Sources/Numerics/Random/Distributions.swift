import CKernels

/// Numbers drawn one after the other.
extension RandomStream {
  /// Two independent standard normal numbers (Box & Muller 1958).
  package mutating func nextNormals() -> (Float, Float) {
    let radius = (-2 * Elementary.log(Double(nextUniform()))).squareRoot()
    let (sine, cosine) = Elementary.sinCos(turns: Double(nextUniform()))
    return (Float(radius * cosine), Float(radius * sine))
  }

  /// Fills `values` with standard normal numbers.
  package mutating func fillNormal(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in stride(from: 0, to: values.count, by: 2) {
      let pair = nextNormals()
      values[index] = pair.0
      if index + 1 < values.count { values[index + 1] = pair.1 }
    }
  }

  /// Fills `values` with standard normal numbers of magnitude at most `limit`: others are drawn again.
  package mutating func fillTruncatedNormal(_ values: UnsafeMutableBufferPointer<Float>, limit: Float) {
    var filled = 0
    while filled < values.count {
      let pair = nextNormals()
      for number in [pair.0, pair.1] where abs(number) <= limit && filled < values.count {
        values[filled] = number
        filled += 1
      }
    }
  }

  /// Fills `values` with numbers uniform in (−1, 1).
  package mutating func fillUniform(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in values.indices { values[index] = 2 * nextUniform() - 1 }
  }
}

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
