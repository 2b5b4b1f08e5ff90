import CKernels

/// The gradient of the weights: products of both maps' tiles, which are the inner dimension.
extension WinogradConvolution {
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
          let tiles = workspace.shared + largePoints.start(point) + phase.firstColumns[place] + row
          kernels.multiplyPanel(
            Factor(start: tiles, stride: largePoints.stride(point), isTransposed: true),
            workspace.shared + largePoints.count + smallPoints.start(point) + column,
            stride: smallPoints.stride(point), rows: rows.count, columns: kernels.panelWidth(columns),
            inner: block.count, into: products + gradients.start(point), stride: panel)
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
}
