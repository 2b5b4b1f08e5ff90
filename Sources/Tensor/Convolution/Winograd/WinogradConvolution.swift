import CKernels

/// Convolution by Winograd's minimal filtering, phase by phase of the stride: tiles and weights are transformed to points,
/// multiplied there, and transformed back.
///
/// Products are our own: an element's bits depend neither on the tiles that share a call nor on the threads, so forward
/// passes and data gradients run over all shards at once.
package final class WinogradConvolution: Convolution {
  package var geometry: ConvolutionGeometry { tiling.geometry }

  let tiling: WinogradTiling
  let kernels: Kernels
  let threads: Threads
  let workspace: Workspace
  private let zeros: Floats

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
  private let stackDepth: Int
  let allPoints: [Int]
  var code: dt_tiling { tiling.code(zeros: zeros) }

  /// Large channels whose weight gradients are one unit of work.
  static let rowsPerUnit = 64
  /// Floats of transformed weights that are worth keeping for a whole pass: what the last-level cache may hold.
  private static let keptWeights = 4 << 20

  /// - Parameters:
  ///   - geometry: one that `WinogradTiling.isPossible` for.
  ///   - tile: outputs of a tile in one dimension, 2 or 4.
  ///   - shards: the most shards whose sums this rank reduces.
  package init(
    _ geometry: ConvolutionGeometry, tile: Int, shards: Int, kernels: Kernels, threads: Threads,
    workspace: Workspace, arena: Arena
  ) {
    tiling = WinogradTiling(geometry, tile: tile, table: kernels.table)
    self.kernels = kernels
    self.threads = threads
    self.workspace = workspace
    zeros = arena.floats(max(geometry.large.channels, geometry.small.channels))
    panel = 2 * kernels.table.lanes
    stackDepth = Int.bitWidth - max(0, shards - 1).leadingZeroBitCount + 1
    let wide = tiling.innerSizes.max()! > 256
    let wanted = wide ? 128 : 64
    tilesPerBlock = (wanted + tiling.tilesPerSample - 1) / tiling.tilesPerSample * tiling.tilesPerSample
    let tiles = tilesPerBlock * threads.count
    allPoints = Array(0..<tiling.points)
    let smallChannels = [Int](repeating: geometry.small.channels, count: tiling.points)
    let panels = [Int](repeating: panel, count: tiling.points)
    largePoints = PointMatrices(rows: tiles, columns: tiling.innerSizes)
    smallPoints = PointMatrices(rows: tiles, columns: smallChannels)
    reduceWeights = PointMatrices(rows: tiling.innerSizes.max()!, columns: panels, isDense: true)
    expandWeights = PointMatrices(rows: geometry.small.channels, columns: panels, isDense: true)
    products = PointMatrices(rows: tilesPerBlock, columns: panels, isDense: true)
    gradients = PointMatrices(rows: Self.rowsPerUnit, columns: panels, isDense: true)
    workspace.reserve(
      max(products.count + max(reduceWeights.count, expandWeights.count), gradients.count))
    workspace.reserve(
      shared: max(
        largePoints.count + keptReduceWeights, smallPoints.count + keptExpandWeights,
        largePoints.count + smallPoints.count + (stackDepth - 1) * geometry.weightCount))
  }

  private var reducePanels: Int { (geometry.small.channels + panel - 1) / panel }
  /// Panels of one phase.
  private var expandPanels: Int { (geometry.large.channels + panel - 1) / panel }

  private var keptReduceWeights: Int {
    let count = reduceWeights.count * reducePanels
    return count <= Self.keptWeights ? count : 0
  }
  private var keptExpandWeights: Int {
    let count = expandWeights.count * expandPanels * tiling.phases.count
    return count <= Self.keptWeights ? count : 0
  }

  package func reduce(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let points = workspace.shared
    let kept = keptReduceWeights > 0 ? points + largePoints.count : nil
    let panels = reducePanels
    if let kept {
      threads.forEach(panels) { index, _ in
        reduceWeights(weights, panel: index, into: kept + index * reduceWeights.count)
      }
    }
    let tiles = layout.samples * tiling.tilesPerSample
    for first in stride(from: 0, to: tiles, by: tilesPerBlock * threads.count) {
      let block = first..<min(first + tilesPerBlock * threads.count, tiles)
      transformLarge(large, block)
      let parts = (block.count + tilesPerBlock - 1) / tilesPerBlock
      threads.forEach(panels * parts) { index, thread in
        let (panelIndex, part) = (index / parts, index % parts)
        let products = workspace[thread]
        let start = block.lowerBound + part * tilesPerBlock
        let own = start..<min(start + tilesPerBlock, block.upperBound)
        var multipliers = workspace[thread] + self.products.count
        if let kept {
          multipliers = kept + panelIndex * reduceWeights.count
        } else {
          reduceWeights(weights, panel: panelIndex, into: multipliers)
        }
        for point in allPoints {
          let stride = largePoints.stride(point)
          kernels.table.multiply_panel(
            products + self.products.start(point), panel,
            points + largePoints.start(point) + (own.lowerBound - block.lowerBound) * stride, stride, 0,
            multipliers + reduceWeights.start(point), panel, own.count, panel, tiling.innerSizes[point], 0)
        }
        var code = self.code
        let channel = panelIndex * panel
        self.products.withRows(products, points: allPoints) {
          tiling.smallTransforms.points_to_small(
            small.data, $0, &code, own.lowerBound, own.upperBound, channel,
            min(panel, geometry.small.channels - channel))
        }
        finished(samples(own), channel..<min(channel + panel, geometry.small.channels))
      }
    }
  }

  private func reduceWeights(_ weights: Floats, panel index: Int, into memory: Floats) {
    var shape = geometry.code
    let column = index * panel
    for phase in tiling.phases {
      // The rows of a phase's weights stand where its channels are among the columns of the tiles.
      withUnsafeTemporaryAllocation(of: dt_rows.self, capacity: phase.points.count) { rows in
        for (place, point) in phase.points.enumerated() {
          rows.initializeElement(
            at: place,
            to: dt_rows(
              start: memory + reduceWeights.start(point) + phase.firstColumns[place] * panel, stride: panel))
        }
        phase.transforms.weights_to_points(
          rows.baseAddress!, weights, &shape, phase.row, phase.column, column,
          min(panel, geometry.small.channels - column))
      }
    }
  }

  package func expand(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let points = workspace.shared
    let kept = keptExpandWeights > 0 ? points + smallPoints.count : nil
    let panels = expandPanels
    let units = panels * tiling.phases.count
    if let kept {
      threads.forEach(units) { index, _ in
        expandWeights(weights, unit: index, into: kept + index * expandWeights.count)
      }
    }
    if !tiling.coversLargeMap {
      threads.forEach(layout.samples) { sample, _ in
        large.sample(sample).update(repeating: 0, count: geometry.large.sampleCount)
      }
    }
    let tiles = layout.samples * tiling.tilesPerSample
    for first in stride(from: 0, to: tiles, by: tilesPerBlock * threads.count) {
      let block = first..<min(first + tilesPerBlock * threads.count, tiles)
      transformSmall(small, block)
      let parts = (block.count + tilesPerBlock - 1) / tilesPerBlock
      threads.forEach(panels * parts) { index, thread in
        let (panelIndex, part) = (index / parts, index % parts)
        let products = workspace[thread]
        let start = block.lowerBound + part * tilesPerBlock
        let own = start..<min(start + tilesPerBlock, block.upperBound)
        let channel = panelIndex * panel
        let channels = channel..<min(channel + panel, geometry.large.channels)
        var code = self.code
        for (number, phase) in tiling.phases.enumerated() {
          var multipliers = workspace[thread] + self.products.count
          if let kept {
            multipliers = kept + (number * panels + panelIndex) * expandWeights.count
          } else {
            expandWeights(weights, unit: number * panels + panelIndex, into: multipliers)
          }
          for point in phase.points {
            let stride = smallPoints.stride(point)
            kernels.table.multiply_panel(
              products + self.products.start(point), panel,
              points + smallPoints.start(point) + (own.lowerBound - block.lowerBound) * stride, stride, 0,
              multipliers + expandWeights.start(point), panel, own.count, panel, geometry.small.channels, 0)
          }
          self.products.withRows(products, points: phase.points) {
            phase.transforms.points_to_large(
              large.data, $0, &code, phase.row, phase.column, own.lowerBound, own.upperBound, channel, channels.count)
          }
        }
        finished(samples(own), channels)
      }
    }
  }

  /// The samples of whole blocks of tiles.
  private func samples(_ tiles: Range<Int>) -> Range<Int> {
    tiles.lowerBound / tiling.tilesPerSample..<tiles.upperBound / tiling.tilesPerSample
  }

  private func expandWeights(_ weights: Floats, unit: Int, into memory: Floats) {
    var shape = geometry.code
    let phase = tiling.phases[unit / expandPanels]
    let row = unit % expandPanels * panel
    expandWeights.withRows(memory, points: phase.points) {
      phase.transforms.weights_to_points_transposed(
        $0, weights, &shape, phase.row, phase.column, row, min(panel, geometry.large.channels - row))
    }
  }

  package func weightGradient(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    let stack = workspace.shared + largePoints.count + smallPoints.count
    let count = geometry.weightCount
    for (group, segments) in layout.segments.enumerated() {
      for (node, reduction) in layout.reduction.local.enumerated() {
        // The bottom of the stack is the destination itself.
        let destination = sums[group: group, node: node] + offset
        var height = 0
        func slot(_ level: Int) -> Floats { level == 0 ? destination : stack + (level - 1) * count }
        for operation in reduction {
          switch operation {
          case .push(let shard):
            shardGradient(large, small, samples: segments[shard], into: slot(height))
            height += 1
          case .combine:
            height -= 1
            let (left, right) = (slot(height - 1), slot(height))
            let chunk = 1 << 16
            threads.forEach((count + chunk - 1) / chunk) { index, _ in
              let start = index * chunk
              kernels.add(left + start, right + start, count: min(chunk, count - start))
            }
          }
        }
      }
    }
  }

  /// One shard's weight gradient: for each point tilesᵀ · tiles, over the shard's tiles in order.
  private func shardGradient(_ large: Tensor, _ small: Tensor, samples: Range<Int>, into sum: Floats) {
    if samples.isEmpty {
      sum.update(repeating: 0, count: geometry.weightCount)
      return
    }
    let panels = reducePanels
    let rowBlocks = (geometry.large.channels + Self.rowsPerUnit - 1) / Self.rowsPerUnit
    let tiles = samples.lowerBound * tiling.tilesPerSample..<samples.upperBound * tiling.tilesPerSample
    for first in stride(from: tiles.lowerBound, to: tiles.upperBound, by: tilesPerBlock) {
      let block = first..<min(first + tilesPerBlock, tiles.upperBound)
      transformLarge(large, block)
      transformSmall(small, block, into: workspace.shared + largePoints.count)
      threads.forEach(tiling.phases.count * rowBlocks * panels) { index, thread in
        let phase = tiling.phases[index / (rowBlocks * panels)]
        let row = index / panels % rowBlocks * Self.rowsPerUnit
        let rows = row..<min(row + Self.rowsPerUnit, geometry.large.channels)
        let column = index % panels * panel
        let columns = min(panel, geometry.small.channels - column)
        let products = workspace[thread]
        for (place, point) in phase.points.enumerated() {
          kernels.table.multiply_panel(
            products + gradients.start(point), panel,
            workspace.shared + largePoints.start(point) + phase.firstColumns[place] + row, largePoints.stride(point), 1,
            workspace.shared + largePoints.count + smallPoints.start(point) + column, smallPoints.stride(point),
            rows.count, columns > kernels.table.lanes ? panel : kernels.table.lanes, block.count, 0)
        }
        var shape = geometry.code
        gradients.withRows(products, points: phase.points) {
          phase.transforms.points_to_weights(
            sum, $0, &shape, phase.row, phase.column, rows.lowerBound, rows.upperBound, column, columns,
            first > tiles.lowerBound ? 1 : 0)
        }
      }
    }
  }

  /// Tiles that are one unit of work of a transform.
  private static let tilesPerUnit = 4

  private func transformLarge(_ large: Tensor, _ block: Range<Int>) {
    let memory = workspace.shared
    threads.forEach((block.count + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      let first = block.lowerBound + row
      let last = min(first + Self.tilesPerUnit, block.upperBound)
      var code = self.code
      for phase in tiling.phases {
        largePoints.withRows(memory, points: phase.points, firstColumns: phase.firstColumns, row: row) {
          phase.transforms.large_to_points($0, large.data, &code, phase.row, phase.column, first, last)
        }
      }
    }
  }

  private func transformSmall(_ small: Tensor, _ block: Range<Int>, into memory: Floats? = nil) {
    let memory = memory ?? workspace.shared
    threads.forEach((block.count + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      let first = block.lowerBound + row
      var code = self.code
      smallPoints.withRows(memory, points: allPoints, row: row) {
        tiling.smallTransforms.small_to_points(
          $0, small.data, &code, first, min(first + Self.tilesPerUnit, block.upperBound))
      }
    }
  }
}
