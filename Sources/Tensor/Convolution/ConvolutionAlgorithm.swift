/// How a pass of a convolution is computed. Which one is part of the bits.
package enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// Products of OpenBLAS on the patch matrix: the reference of the others.
  case im2col
  /// Products of our own kernels on patches.
  case direct
  /// Winograd's algorithm with tiles of 2 × 2 outputs.
  case winograd2 = "F2"
  /// With tiles of 4 × 4 outputs.
  case winograd4 = "F4"

  /// Whether there are transforms for such a kernel.
  package func suits(_ geometry: ConvolutionGeometry) -> Bool {
    winogradTile.map { WinogradTiling.isPossible(geometry, tile: $0) } ?? true
  }

  /// Outputs of a tile in one dimension.
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
  package func plan(
    _ geometry: ConvolutionGeometry, shards: Int, kernels: Kernels, threads: Threads, workspace: Workspace,
    arena: Arena
  ) -> any Convolution {
    if let winogradTile {
      return WinogradConvolution(
        geometry, tile: winogradTile, shards: shards, kernels: kernels, threads: threads, workspace: workspace,
        arena: arena)
    }
    if self == .direct {
      return DirectConvolution(geometry, shards: shards, kernels: kernels, threads: threads, workspace: workspace)
    }
    return PatchConvolution(geometry, shards: shards, kernels: kernels, threads: threads, workspace: workspace)
  }
}
