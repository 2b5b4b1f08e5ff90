extension Kernels {
  /// The peak floating-point operations a second of one thread, measured by vector multiply-adds in registers: an upper
  /// bound for every product. Takes about `duration`.
  package func peakRate(_ duration: Duration = .milliseconds(20)) -> Double {
    let clock = ContinuousClock()
    var iterations = 1 << 10
    while true {
      let time = clock.measure { _ = table.multiply_add_chains(iterations) }
      if time >= duration {
        return Double(iterations * 12 * table.lanes * 2) / (time / .seconds(1))
      }
      iterations *= time * 4 < duration ? 4 : 2
    }
  }
}
