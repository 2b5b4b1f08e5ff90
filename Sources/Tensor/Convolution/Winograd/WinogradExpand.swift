import CKernels

/// From the small map to the large one: the adjoint of `reduce`, whose windows overlap and add up.
extension WinogradConvolution {
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
            let tiles = points + smallPoints.start(point) + (own.lowerBound - block.lowerBound) * stride
            kernels.multiplyPanel(
              Factor(start: tiles, stride: stride), multipliers + expandWeights.start(point), stride: panel,
              rows: own.count, columns: panel, inner: geometry.small.channels,
              into: products + self.products.start(point), stride: panel)
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

  private func expandWeights(_ weights: Floats, unit: Int, into memory: Floats) {
    var shape = geometry.code
    let phase = tiling.phases[unit / expandPanels]
    let row = unit % expandPanels * panel
    expandWeights.withRows(memory, points: phase.points) {
      phase.transforms.weights_to_points_transposed(
        $0, weights, &shape, phase.row, phase.column, row, min(panel, geometry.large.channels - row))
    }
  }
}
