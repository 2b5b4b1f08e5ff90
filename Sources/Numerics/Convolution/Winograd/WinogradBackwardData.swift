import CKernels

/// The backward data pass: from the small map to the large one, whose windows overlap and are added.
extension WinogradConvolution {
  package func backwardData(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    nonisolated(unsafe) let weights = weights
    let keepsWeights = keptBackwardDataWeights > 0
    nonisolated(unsafe) let kept = workspace.shared + smallPoints.count
    let panels = largePanels
    let units = panels * tiling.phases.count
    if keepsWeights {
      threads.forEach(units) { index, _ in
        backwardDataWeights(weights, unit: index, into: kept + index * backwardDataWeights.count)
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
          multipliers = kept + unit * backwardDataWeights.count
        } else {
          backwardDataWeights(weights, unit: unit, into: multipliers)
        }
        for point in phase.points {
          multiply(
            smallPoints, multipliers, backwardDataWeights, point, inner: geometry.small.channels, part, into: products)
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

  /// Transforms one panel of one phase of the weights.
  private func backwardDataWeights(_ weights: Floats, unit: Int, into memory: Floats) {
    var shape = geometry.code
    let phase = tiling.phases[unit / largePanels]
    let row = unit % largePanels * panel
    backwardDataWeights.withRows(memory, points: phase.points) {
      phase.transforms.weights_to_points_transposed(
        $0, weights, &shape, phase.row, phase.column, row, min(panel, geometry.large.channels - row))
    }
  }
}
