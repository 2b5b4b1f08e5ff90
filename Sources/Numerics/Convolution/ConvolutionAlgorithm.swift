/// How a pass of a convolution is computed. The choice changes the bits of the result.
package enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// Products on the whole patch matrix: the plain algorithm, the reference for the others.
  case im2col
  /// Products on patches, block by block.
  case direct
  /// Winograd's algorithm with tiles of 2 × 2 outputs.
  case winograd2 = "F2"
  /// Winograd's algorithm with tiles of 4 × 4 outputs.
  case winograd4 = "F4"

  /// Whether the algorithm can compute this convolution: Winograd has transforms for some kernels only.
  package func suits(_ geometry: ConvolutionGeometry) -> Bool {
    winogradTile.map { WinogradTiling.isPossible(geometry, tile: $0) } ?? true
  }

  /// Outputs of a tile in one dimension; nil for the algorithms without tiles.
  private var winogradTile: Int? {
    switch self {
    case .im2col, .direct: nil
    case .winograd2: 2
    case .winograd4: 4
    }
  }

  /// Plans a convolution that the algorithm suits.
  ///
  /// - Parameter shards: the most shards whose sums this rank reduces.
  package func plan(_ geometry: ConvolutionGeometry, shards: Int, context: ComputeContext) -> any Convolution {
    if let winogradTile {
      return WinogradConvolution(geometry, tile: winogradTile, shards: shards, context: context)
    }
    if self == .direct { return DirectConvolution(geometry, shards: shards, context: context) }
    return PatchConvolution(geometry, shards: shards, context: context)
  }
}
