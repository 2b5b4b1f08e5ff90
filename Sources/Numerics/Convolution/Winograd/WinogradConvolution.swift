import CKernels

/// Convolution by Winograd's minimal filtering, phase by phase of the stride: tiles and weights are transformed to points,
/// multiplied there, and transformed back.
///
/// Products are our own: an element's bits depend neither on the tiles that share a call nor on the threads, so forward
/// passes and data gradients run over all shards at once.
package final class WinogradConvolution: Convolution {
  package var geometry: ConvolutionGeometry { tiling.geometry }
  package let context: ComputeContext

  let tiling: WinogradTiling
  // Nobody writes it.
  private nonisolated(unsafe) let zeros: Floats

  /// Tiles that are in work at once; each thread has so many. Weight gradients are summed over so many at a time.
  let tilesPerBlock: Int
  /// Columns of a panel of a product.
  let panel: Int
  let largePoints: PointMatrices
  let smallPoints: PointMatrices
  /// One panel of transformed weights, and of products.
  let reduceWeights: PointMatrices
  let expandWeights: PointMatrices
  let products: PointMatrices
  let gradients: PointMatrices
  /// Tiles of some large channels of one phase, and of some small channels, as gradients' products read them.
  let largeBlock: PointMatrices
  let smallBlock: PointMatrices
  let allPoints: [Int]
  var code: dt_tiling { tiling.code(zeros: zeros) }

  /// Channels of a block of tiles that a weight gradient is computed from: of the large ones a unit of work.
  static let channelsPerBlock = 64
  /// Floats of transformed weights that are worth keeping for a whole pass: what the last-level cache may hold.
  private static let keptWeights = 4 << 20

  /// - Parameters:
  ///   - geometry: one that `WinogradTiling.isPossible` for.
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
    reduceWeights = PointMatrices(rows: tiling.innerSizes.max()!, columns: panels, isDense: true)
    expandWeights = PointMatrices(rows: geometry.small.channels, columns: panels, isDense: true)
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
      max(products.count + max(reduceWeights.count, expandWeights.count), gradients.count), of: Float.self)
    workspace.reserve(
      shared: max(
        largePoints.count + keptReduceWeights, smallPoints.count + keptExpandWeights,
        largeBlocks * largeBlock.count + smallBlocks * smallBlock.count + ShardSums.waiting(shards: shards)
          * geometry.weightCount), of: Float.self)
  }

  /// A phase's weights of one block of large channels.
  var shares: Int { tiling.phases.count * blocks(geometry.large.channels) }
  /// Whether a thread that computes gradients takes whole shares and transforms their tiles itself, which then never leave
  /// its core: where the threads get about the same number of them.
  var transformsOwnTiles: Bool { shares % threads.count == 0 || shares >= 4 * threads.count }
  /// Blocks of transformed tiles of the large map that are in memory at once.
  var largeBlocks: Int { transformsOwnTiles ? threads.count : shares }
  var smallBlocks: Int { blocks(geometry.small.channels) }
  func blocks(_ channels: Int) -> Int { (channels + Self.channelsPerBlock - 1) / Self.channelsPerBlock }

  var reducePanels: Int { (geometry.small.channels + panel - 1) / panel }
  /// Panels of one phase.
  var expandPanels: Int { (geometry.large.channels + panel - 1) / panel }

  var keptReduceWeights: Int {
    let count = reduceWeights.count * reducePanels
    return count <= Self.keptWeights ? count : 0
  }
  var keptExpandWeights: Int {
    let count = expandWeights.count * expandPanels * tiling.phases.count
    return count <= Self.keptWeights ? count : 0
  }

  /// The samples of whole blocks of tiles.
  func samples(_ tiles: Range<Int>) -> Range<Int> {
    tiles.lowerBound / tiling.tilesPerSample..<tiles.upperBound / tiling.tilesPerSample
  }

  /// Tiles that are one unit of work of a transform.
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
