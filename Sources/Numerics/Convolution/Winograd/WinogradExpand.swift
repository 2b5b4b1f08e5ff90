import CKernels

/// From the small map to the large one: the adjoint of `reduce`, whose windows overlap and add up.
extension WinogradConvolution {
  package func expand(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    nonisolated(unsafe) let weights = weights
    let keepsWeights = keptExpandWeights > 0
    nonisolated(unsafe) let kept = workspace.shared + smallPoints.count
    let panels = expandPanels
    let units = panels * tiling.phases.count
    if keepsWeights {
      threads.forEach(units) { index, _ in
        expandWeights(weights, unit: index, into: kept + index * expandWeights.count)
      }
    }
    if !tiling.coversLargeMap {
      threads.forEach(layout.samples) { sample, _ in
        large.sample(sample).update(repeating: 0, count: geometry.large.sampleCount)
      }
    }
    forEachPart(layout, panels: panels) { block in
      transformSmall(small, block)
    } body: { part, thread in
      let products = workspace[thread]
      let channels = channels(ofPanel: part.panel, of: geometry.large.channels)
      var code = self.code
      for (number, phase) in tiling.phases.enumerated() {
        let unit = number * panels + part.panel
        var multipliers = products + self.products.count
        if keepsWeights {
          multipliers = kept + unit * expandWeights.count
        } else {
          expandWeights(weights, unit: unit, into: multipliers)
        }
        for point in phase.points {
          multiply(
            smallPoints, multipliers, expandWeights, point, inner: geometry.small.channels, part, into: products)
        }
        self.products.withRows(products, points: phase.points) {
          phase.transforms.points_to_large(
            large.data, $0, &code, phase.row, phase.column, part.tiles.lowerBound, part.tiles.upperBound,
            channels.lowerBound, channels.count)
        }
      }
      finished(samples(part.tiles), channels)
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
