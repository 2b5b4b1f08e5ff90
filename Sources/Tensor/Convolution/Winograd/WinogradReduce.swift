import CKernels

/// From the large map to the small one.
extension WinogradConvolution {
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
          let tiles = points + largePoints.start(point) + (own.lowerBound - block.lowerBound) * stride
          kernels.multiplyPanel(
            Factor(start: tiles, stride: stride), multipliers + reduceWeights.start(point), stride: panel,
            rows: own.count, columns: panel, inner: tiling.innerSizes[point],
            into: products + self.products.start(point), stride: panel)
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
}
