import CKernels

/// The gradient of the weights: products of both maps' tiles, which are the inner dimension.
extension WinogradConvolution {
  package func weightGradient(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    let count = geometry.weightCount
    let stack = workspace.shared + largeBlocks * largeBlock.count + smallBlocks * smallBlock.count
    ShardSums(layout: layout, stack: stack, count: count).run(into: sums, at: offset) { samples, sum in
      shardGradient(large, small, samples: samples, into: sum)
    } add: { left, right in
      let chunk = 1 << 16
      threads.forEach((count + chunk - 1) / chunk) { index, _ in
        let start = index * chunk
        kernels.add(left + start, right + start, count: min(chunk, count - start))
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
    let rowBlocks = blocks(geometry.large.channels)
    let panelsPerBlock = Self.channelsPerBlock / panel
    let tiles = samples.lowerBound * tiling.tilesPerSample..<samples.upperBound * tiling.tilesPerSample
    let largeTiles = workspace.shared
    let smallTiles = workspace.shared + largeBlocks * largeBlock.count
    for first in stride(from: tiles.lowerBound, to: tiles.upperBound, by: tilesPerBlock) {
      let block = first..<min(first + tilesPerBlock, tiles.upperBound)
      transform(large, small, block, into: largeTiles, smallTiles)
      threads.forEach(tiling.phases.count * rowBlocks * panels) { index, thread in
        let phase = tiling.phases[index / (rowBlocks * panels)]
        let rows = channels(index / panels % rowBlocks, of: geometry.large.channels)
        let column = index % panels * panel
        let columns = min(panel, geometry.small.channels - column)
        let products = workspace[thread]
        let left = largeTiles + index / panels * largeBlock.count
        let right =
          smallTiles + index % panels / panelsPerBlock * smallBlock.count + index % panels % panelsPerBlock * panel
        for point in phase.points {
          kernels.multiplyPanel(
            Factor(start: left + largeBlock.start(point), stride: largeBlock.stride(point), isTransposed: true),
            right + smallBlock.start(point), stride: smallBlock.stride(point), rows: rows.count,
            columns: kernels.panelWidth(columns), inner: block.count, into: products + gradients.start(point),
            stride: panel)
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

  /// Transforms a block of both maps' tiles, each block of channels to a place of its own.
  private func transform(
    _ large: Tensor, _ small: Tensor, _ block: Range<Int>, into largeTiles: Floats, _ smallTiles: Floats
  ) {
    let rowBlocks = blocks(geometry.large.channels)
    threads.forEach((block.count + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      let first = block.lowerBound + row
      let last = min(first + Self.tilesPerUnit, block.upperBound)
      var code = self.code
      for (number, phase) in tiling.phases.enumerated() {
        for place in 0..<rowBlocks {
          let range = channels(place, of: geometry.large.channels)
          let memory = largeTiles + (number * rowBlocks + place) * largeBlock.count
          largeBlock.withRows(memory, points: phase.points, row: row) {
            phase.transforms.large_to_points(
              $0, large.data, &code, phase.row, phase.column, first, last, range.lowerBound, range.upperBound)
          }
        }
      }
      for place in 0..<smallBlocks {
        let range = channels(place, of: geometry.small.channels)
        smallBlock.withRows(smallTiles + place * smallBlock.count, points: allPoints, row: row) {
          tiling.smallTransforms.small_to_points(
            $0, small.data, &code, first, last, range.lowerBound, range.upperBound)
        }
      }
    }
  }

  private func channels(_ block: Int, of count: Int) -> Range<Int> {
    block * Self.channelsPerBlock..<min((block + 1) * Self.channelsPerBlock, count)
  }
}
