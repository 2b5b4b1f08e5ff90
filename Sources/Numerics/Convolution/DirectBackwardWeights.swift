import CKernels

/// The gradient of the weights: patchesᵀ · small, with the pixels as the inner dimension.
extension DirectConvolution {
  /// How a shard's pixels are summed. If patches are read in place (`windows`), a chain ends at the end of its sample.
  var gradientRuns: Runs {
    windows == nil
      ? Runs(of: Self.rowsPerSum) : Runs(of: rowsOfPixels * geometry.small.width, within: geometry.small.area)
  }

  /// Rows of pixels of a sample that are summed in one chain.
  private var rowsOfPixels: Int { max(1, Self.rowsPerSum / geometry.small.width) }

  package func backwardWeights(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    let units = (geometry.taps + tapsPerUnit - 1) / tapsPerUnit
    let rowLength = geometry.large.channels * geometry.small.channels
    threads.forEach(units) { index, thread in
      let taps = index * tapsPerUnit..<min((index + 1) * tapsPerUnit, geometry.taps)
      let count = taps.count * rowLength
      let stack = workspace[thread] + (workspace.count - waitingSums * count) / 16 * 16
      let destination = offset + taps.lowerBound * rowLength
      ShardSums(layout: layout, stack: stack, count: count).forEachRun(into: sums, at: destination) { run in
        for shard in run {
          shardGradient(large, small, samples: shard.samples, taps: taps, thread, into: shard.sum)
          shard.add { left, right in kernels.add(left, right, count: count) }
        }
      }
    }
  }

  /// The rows `taps` of one shard's gradient of the weights: patchesᵀ · small, over the shard's pixels in order.
  private func shardGradient(
    _ large: Tensor, _ small: Tensor, samples: Range<Int>, taps: Range<Int>, _ thread: Int, into sum: Floats
  ) {
    let (area, columns) = (geometry.small.area, geometry.small.channels)
    let width = taps.count * geometry.large.channels
    if samples.isEmpty {
      sum.update(repeating: 0, count: width * columns)
      return
    }
    if let windows {
      let (height, width) = (geometry.small.height, geometry.small.width)
      for sample in samples {
        windows.pad(large.sample(sample), into: workspace[thread])
        for first in stride(from: 0, to: height, by: rowsOfPixels) {
          let block = first..<min(first + rowsOfPixels, height)
          for kernelRow in taps.lowerBound / geometry.kernelWidth..<taps.upperBound / geometry.kernelWidth {
            accumulate(
              windows.pixels(workspace[thread], kernelRow: kernelRow, rows: block),
              small.sample(sample) + first * width * columns, pixels: block.count * width, inner: width,
              rows: windows.taps, scratch: workspace[thread] + windows.count,
              into: sum + (kernelRow * windows.taps - taps.lowerBound * geometry.large.channels) * columns,
              accumulating: sample > samples.lowerBound || first > 0)
          }
        }
      }
      return
    }
    let rows = samples.lowerBound * area..<samples.upperBound * area
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowsPerSum) {
      let block = first..<min(first + Self.rowsPerSum, rows.upperBound)
      var patches = Factor(
        start: large.data + first * geometry.patch + taps.lowerBound * geometry.large.channels, stride: geometry.patch,
        isTransposed: true)
      if !geometry.isDense {
        gather(large, rows: block, taps: taps, into: workspace[thread])
        patches = Factor(start: workspace[thread], stride: width, isTransposed: true)
      }
      accumulate(
        patches, small.data + first * columns, pixels: block.count, inner: block.count, rows: width,
        scratch: workspace[thread] + (geometry.isDense ? 0 : Self.rowsPerSum * width), into: sum,
        accumulating: first > rows.lowerBound)
    }
  }

  /// sum ← a · small (+ sum if `accumulating`), over `pixels` pixels.
  private func accumulate(
    _ a: Factor, _ small: Floats, pixels: Int, inner: Int, rows: Int, scratch: Floats, into sum: Floats,
    accumulating: Bool
  ) {
    let columns = geometry.small.channels
    for column in stride(from: 0, to: columns, by: panel) {
      let count = min(panel, columns - column)
      var (factors, distance) = (small + column, columns)
      if count < panel {
        // Products read whole vectors, which would reach past the end of the tensor at the last pixel.
        distance = kernels.panelWidth(count)
        kernels.table.pack_columns(scratch, distance, factors, columns, count, pixels)
        factors = scratch
      }
      kernels.multiplyPanel(
        a, factors, stride: distance, rows: rows, columns: count, inner: inner, into: sum + column, stride: columns,
        accumulating: accumulating)
    }
  }
}
