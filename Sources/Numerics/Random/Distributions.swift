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
