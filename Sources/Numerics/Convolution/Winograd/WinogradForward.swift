import CKernels

/// The forward pass: from the large map to the small one.
extension WinogradConvolution {
  package func forward(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    nonisolated(unsafe) let weights = weights
    let keepsWeights = keptForwardWeights > 0
    nonisolated(unsafe) let kept = workspace.shared + largePoints.count
    let panels = smallPanels
    if keepsWeights {
      threads.forEach(panels) { index, _ in
        forwardWeights(weights, panel: index, into: kept + index * forwardWeights.count)
      }
    }
    forEachPart(layout, panels: panels) { block in
      transformLarge(large, block)
    } body: { part, thread in
      let products = workspace[thread]
      var multipliers = products + self.products.count
      if keepsWeights {
        multipliers = kept + part.panel * forwardWeights.count
      } else {
        forwardWeights(weights, panel: part.panel, into: multipliers)
      }
      for point in allPoints {
        multiply(largePoints, multipliers, forwardWeights, point, inner: tiling.innerSizes[point], part, into: products)
      }
      var code = self.code
      let channels = channels(ofPanel: part.panel, of: geometry.small.channels)
      self.products.withRows(products, points: allPoints) {
        tiling.smallTransforms.points_to_small(
          small.data, $0, &code, part.tiles.lowerBound, part.tiles.upperBound, channels.lowerBound, channels.count)
      }
      finished(samples(part.tiles), channels)
    }
  }

  /// Transforms one panel of the weights, all phases.
  private func forwardWeights(_ weights: Floats, panel index: Int, into memory: Floats) {
    var shape = geometry.code
    let column = index * panel
    for phase in tiling.phases {
      // The rows of a phase's weights are placed to match its channels among the columns of the tiles.
      withUnsafeTemporaryAllocation(of: dt_rows.self, capacity: phase.points.count) { rows in
        for (place, point) in phase.points.enumerated() {
          rows.initializeElement(
            at: place,
            to: dt_rows(
              start: memory + forwardWeights.start(point) + phase.firstColumns[place] * panel, stride: panel))
        }
        phase.transforms.weights_to_points(
          rows.baseAddress!, weights, &shape, phase.row, phase.column, column,
          min(panel, geometry.small.channels - column))
      }
    }
  }
}
