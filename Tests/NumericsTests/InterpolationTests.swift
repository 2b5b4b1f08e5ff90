import Numerics
import Testing

/// Interpolated rows against plain loops in double precision.
@Suite struct InterpolationTests {
  private static let positions: [Float] = [0, 0, 0.25, 0.75, 1.25, 1.75, 2, 2.5]
  private static let size = 3

  /// - Parameter x: the rows; their absolute values give the sizes of the terms.
  private static func plain(_ x: [Float], channels: Int) -> [Double] {
    positions.flatMap { position in
      let first = Int(position)
      let second = min(first + 1, size - 1)
      let distance = Double(position) - Double(first)
      return (0..<channels).map { channel in
        (1 - distance) * Double(x[first * channels + channel]) + distance * Double(x[second * channels + channel])
      }
    }
  }

  private static func interpolated(_ x: [Float], channels: Int, _ kernels: Kernels) -> [Float] {
    let interpolation = Interpolation(positions: positions, size: size)
    var y = [Float](repeating: .nan, count: positions.count * channels)
    y.withUnsafeMutableBufferPointer { y in
      kernels.interpolate(y.baseAddress!, from: x, interpolation, 0..<interpolation.count, channels: channels)
    }
    return y
  }

  private static func adjoint(_ y: [Float], channels: Int, _ kernels: Kernels) -> [Float] {
    let interpolation = Interpolation(positions: positions, size: size)
    var x = [Float](repeating: 0, count: size * channels)
    x.withUnsafeMutableBufferPointer { x in
      kernels.interpolateAdjoint(x.baseAddress!, adding: y, interpolation, 0..<interpolation.count, channels: channels)
    }
    return x
  }

  @Test(arguments: Kernels.available, [1, 3, 16, 37])
  func agreesWithPlainLoops(_ kernels: Kernels, channels: Int) {
    let x = normals(Self.size * channels, seed: 4)
    let y = Self.interpolated(x, channels: channels, kernels)
    // One rounding each of 1 − distance, of each product, and of their sum.
    let bounds = Self.plain(x.map(abs), channels: channels).map { RoundingModel.gamma(3) * $0 }
    #expect(worstRatio(y, Self.plain(x, channels: channels), bounds: bounds) <= 1)
  }

  /// ⟨A x, y⟩ = ⟨x, Aᵀ y⟩.
  @Test(arguments: Kernels.available, [1, 3, 16, 37])
  func theAdjointIsOne(_ kernels: Kernels, channels: Int) {
    let x = normals(Self.size * channels, seed: 4)
    let y = normals(Self.positions.count * channels, seed: 4).reversed().map { $0 * 0.5 }
    let forward = zip(Self.plain(x, channels: channels), y).reduce(0) { $0 + $1.0 * Double($1.1) }
    let back = zip(Self.adjoint(y, channels: channels, kernels), x).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    // At most all positions are added to a row, each a product with a weight that may be rounded.
    let size = zip(Self.plain(x.map(abs), channels: channels), y).reduce(0) { $0 + $1.0 * Double(abs($1.1)) }
    #expect(abs(forward - back) <= RoundingModel.gamma(Self.positions.count + 2) * size)
  }

  /// A channel's bits depend neither on its place among the lanes nor on the other channels.
  @Test(arguments: Kernels.available)
  func everyChannelHasTheSameBits(_ kernels: Kernels) {
    let (x, y) = (normals(Self.size, seed: 4), normals(Self.positions.count, seed: 4))
    let alone = (Self.interpolated(x, channels: 1, kernels), Self.adjoint(y, channels: 1, kernels))
    let channels = 37
    let wide = (
      Self.interpolated(x.flatMap { Array(repeating: $0, count: channels) }, channels: channels, kernels),
      Self.adjoint(y.flatMap { Array(repeating: $0, count: channels) }, channels: channels, kernels)
    )
    for (place, value) in wide.0.enumerated() { #expect(value.bitPattern == alone.0[place / channels].bitPattern) }
    for (place, value) in wide.1.enumerated() { #expect(value.bitPattern == alone.1[place / channels].bitPattern) }
  }
}
