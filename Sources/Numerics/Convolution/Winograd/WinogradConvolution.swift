import CKernels

/// Convolution by Winograd's minimal filtering, phase by phase of the stride: tiles and weights are transformed to
/// points, multiplied there, and transformed back.
///
/// `forward` and `backwardData` run over all shards at once, since an element's bits depend neither on the tiles that
/// share a call nor on the threads.
package final class WinogradConvolution: Convolution {
  package var geometry: ConvolutionGeometry { tiling.geometry }
  package let context: ComputeContext

  let tiling: WinogradTiling
  // Never written after its creation, so threads may share it.
  private nonisolated(unsafe) let zeros: Floats

  /// Tiles that each thread processes at once. The weights' gradient is summed in blocks of this size.
  let tilesPerBlock: Int
  /// Columns of a panel of a product.
  let panel: Int
  let largePoints: PointMatrices
  let smallPoints: PointMatrices
  /// One panel of transformed weights; then one panel of products.
  let forwardWeights: PointMatrices
  let backwardDataWeights: PointMatrices
  let products: PointMatrices
  let gradients: PointMatrices
  /// Blocks of transformed tiles as `backwardWeights` reads them: some large channels of one phase, and some small
  /// channels.
  let largeBlock: PointMatrices
  let smallBlock: PointMatrices
  let allPoints: [Int]
  var code: dt_tiling { tiling.code(zeros: zeros) }

  /// Channels in a block of tiles of `backwardWeights`; a block of large channels is a unit of work.
  static let channelsPerBlock = 64
  /// The most floats of transformed weights that are kept for a whole pass: more would not fit the last-level cache.
  private static let keptWeights = 4 << 20

  /// - Parameters:
  ///   - geometry: must satisfy `WinogradTiling.isPossible`.
  ///   - tile: outputs of a tile in one dimension, 2 or 4.
  ///   - shards: the most shards whose sums this rank reduces.
  package init(_ geometry: ConvolutionGeometry, tile: Int, shards: Int, context: ComputeContext) {
    tiling = WinogradTiling(geometry, tile: tile, table: context.kernels.table)
    self.context = context
    zeros = context.arena.floats(max(geometry.large.channels, geometry.small.channels))
    panel = context.kernels.panelColumns
    let wide = tiling.innerSizes.max()! > 256
    let wanted = wide ? 128 : 64
    tilesPerBlock = (wanted + tiling.tilesPerSample - 1) / tiling.tilesPerSample * tiling.tilesPerSample
    let tiles = tilesPerBlock * context.threads.count
    allPoints = Array(0..<tiling.points)
    let smallChannels = [Int](repeating: geometry.small.channels, count: tiling.points)
    let panels = [Int](repeating: panel, count: tiling.points)
    largePoints = PointMatrices(rows: tiles, columns: tiling.innerSizes)
    smallPoints = PointMatrices(rows: tiles, columns: smallChannels)
    forwardWeights = PointMatrices(rows: tiling.innerSizes.max()!, columns: panels, isDense: true)
    backwardDataWeights = PointMatrices(rows: geometry.small.channels, columns: panels, isDense: true)
    products = PointMatrices(rows: tilesPerBlock, columns: panels, isDense: true)
    gradients = PointMatrices(rows: Self.channelsPerBlock, columns: panels, isDense: true)
    let (rows, points) = (tilesPerBlock, tiling.points)
    func block(_ channels: Int) -> PointMatrices {
      let width = min(Self.channelsPerBlock, (channels + 15) / 16 * 16)
      return PointMatrices(rows: rows, columns: [Int](repeating: width, count: points), isDense: true)
    }
    largeBlock = block(geometry.large.channels)
    smallBlock = block(geometry.small.channels)
    workspace.reserve(
      max(products.count + max(forwardWeights.count, backwardDataWeights.count), gradients.count), of: Float.self)
    workspace.reserve(
      shared: max(
        largePoints.count + keptForwardWeights, smallPoints.count + keptBackwardDataWeights,
        largeBlocks * largeBlock.count + smallBlocks * smallBlock.count + ShardSums.waiting(shards: shards)
          * geometry.weightCount), of: Float.self)
  }

  /// Shares of `backwardWeights`: the weights of one phase and one block of large channels each.
  var shares: Int { tiling.phases.count * blocks(geometry.large.channels) }
  /// Whether a thread of `backwardWeights` takes whole shares and transforms their tiles itself, so that these stay in
  /// its core's cache. Only if all threads then get about the same number of shares.
  var transformsOwnTiles: Bool { shares % threads.count == 0 || shares >= 4 * threads.count }
  /// Blocks of transformed tiles of the large map that are in memory at once.
  var largeBlocks: Int { transformsOwnTiles ? threads.count : shares }
  var smallBlocks: Int { blocks(geometry.small.channels) }
  func blocks(_ channels: Int) -> Int { (channels + Self.channelsPerBlock - 1) / Self.channelsPerBlock }

  /// Panels of the small channels.
  var smallPanels: Int { (geometry.small.channels + panel - 1) / panel }
  /// Panels of the large channels, for one phase.
  var largePanels: Int { (geometry.large.channels + panel - 1) / panel }

  /// Floats of the transformed weights if they are kept for a whole pass, else 0.
  var keptForwardWeights: Int {
    let count = forwardWeights.count * smallPanels
    return count <= Self.keptWeights ? count : 0
  }
  var keptBackwardDataWeights: Int {
    let count = backwardDataWeights.count * largePanels * tiling.phases.count
    return count <= Self.keptWeights ? count : 0
  }

  /// The samples of `tiles`, which cover whole samples.
  func samples(_ tiles: Range<Int>) -> Range<Int> {
    tiles.lowerBound / tiling.tilesPerSample..<tiles.upperBound / tiling.tilesPerSample
  }

  /// Tiles in one unit of work of a transform.
  static let tilesPerUnit = 4

  func transformLarge(_ large: Tensor, _ block: Range<Int>) {
    nonisolated(unsafe) let memory = workspace.shared
    threads.forEach((block.count + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      let first = block.lowerBound + row
      let last = min(first + Self.tilesPerUnit, block.upperBound)
      var code = self.code
      for phase in tiling.phases {
        largePoints.withRows(memory, points: phase.points, firstColumns: phase.firstColumns, row: row) {
          phase.transforms.large_to_points(
            $0, large.data, &code, phase.row, phase.column, first, last, 0, geometry.large.channels)
        }
      }
    }
  }

  func transformSmall(_ small: Tensor, _ block: Range<Int>) {
    nonisolated(unsafe) let memory = workspace.shared
    threads.forEach((block.count + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      let first = block.lowerBound + row
      var code = self.code
      smallPoints.withRows(memory, points: allPoints, row: row) {
        tiling.smallTransforms.small_to_points(
          $0, small.data, &code, first, min(first + Self.tilesPerUnit, block.upperBound), 0, geometry.small.channels)
      }
    }
  }
}
