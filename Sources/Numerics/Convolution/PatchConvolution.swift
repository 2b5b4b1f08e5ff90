/// Convolution by matrix products on the patch matrix (im2col; Chellapilla, Puri & Simard 2006): the plain algorithm,
/// the reference for the fast ones.
package final class PatchConvolution: Convolution {
  package let geometry: ConvolutionGeometry
  package let context: ComputeContext

  private let product: PackedProduct
  /// Floats of each thread's workspace for the panels of a product.
  private let panels: Int
  /// Sums of shards that wait for their partner at once.
  private let waitingSums: Int

  /// - Parameter shards: the most shards whose sums this rank reduces.
  package init(_ geometry: ConvolutionGeometry, shards: Int, context: ComputeContext) {
    self.geometry = geometry
    self.context = context
    product = PackedProduct(context.kernels)
    waitingSums = ShardSums.waiting(shards: shards)
    let blockRows = geometry.samplesPerBlock * geometry.small.area
    let columns = geometry.isDense ? 0 : blockRows * geometry.patch
    let width = geometry.tapsPerBlock * geometry.large.channels
    let pixels = geometry.samplesPerSum * geometry.small.area
    let gathered = geometry.isDense ? 0 : pixels * width
    panels = [
      product.scratch(rows: blockRows, columns: geometry.small.channels, inner: geometry.patch),
      product.scratch(rows: blockRows, columns: geometry.patch, inner: geometry.small.channels),
      product.scratch(rows: width, columns: geometry.small.channels, inner: pixels),
    ].map { ($0 + 15) / 16 * 16 }.max()!
    context.workspace.reserve(
      panels + max(columns, gathered + waitingSums * width * geometry.small.channels), of: Float.self)
  }

  package func forward(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let blocks = layout.blocks(of: geometry.samplesPerBlock)
    let area = geometry.small.area
    nonisolated(unsafe) let weights = weights
    threads.forEach(blocks.count) { [geometry, kernels, product, panels] index, thread in
      let samples = blocks[index]
      var patches = large.sample(samples.lowerBound)
      if !geometry.isDense {
        patches = workspace[thread] + panels
        var shape = geometry.code
        for (place, sample) in samples.enumerated() {
          kernels.table.gather(
            patches + place * area * geometry.patch, large.sample(sample), &shape, 0, area, 0, geometry.taps)
        }
      }
      product.multiply(
        rows: samples.count * area, columns: geometry.small.channels, inner: geometry.patch,
        patches, stride: geometry.patch, weights, stride: geometry.small.channels,
        into: small.sample(samples.lowerBound), stride: geometry.small.channels, scratch: workspace[thread])
      finished(samples, 0..<geometry.small.channels)
    }
  }

  package func backwardData(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let blocks = layout.blocks(of: geometry.samplesPerBlock)
    let area = geometry.small.area
    nonisolated(unsafe) let weights = weights
    threads.forEach(blocks.count) { [geometry, kernels, product, panels] index, thread in
      let samples = blocks[index]
      let columns = geometry.isDense ? large.sample(samples.lowerBound) : workspace[thread] + panels
      product.multiply(
        rows: samples.count * area, columns: geometry.patch, inner: geometry.small.channels,
        small.sample(samples.lowerBound), stride: geometry.small.channels,
        weights, stride: geometry.small.channels, transposingB: true, into: columns, stride: geometry.patch,
        scratch: workspace[thread])
      if !geometry.isDense {
        var shape = geometry.code
        for (place, sample) in samples.enumerated() {
          kernels.table.scatter(
            large.sample(sample), columns + place * area * geometry.patch, &shape, 0, geometry.small.height)
        }
      }
      finished(samples, 0..<geometry.large.channels)
    }
  }

  package func backwardWeights(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    threads.forEach((geometry.taps + geometry.tapsPerBlock - 1) / geometry.tapsPerBlock) { index, thread in
      let first = index * geometry.tapsPerBlock
      let taps = first..<min(first + geometry.tapsPerBlock, geometry.taps)
      let rowLength = geometry.large.channels * geometry.small.channels
      let count = taps.count * rowLength
      let scratch = workspace[thread]
      let stack = scratch + (workspace.count - waitingSums * count)
      let destination = offset + taps.lowerBound * rowLength
      ShardSums(layout: layout, stack: stack, count: count).forEachRun(into: sums, at: destination) { run in
        for shard in run {
          shardGradient(large, small, samples: shard.samples, taps: taps, scratch: scratch, into: shard.sum)
          shard.add { left, right in kernels.add(left, right, count: count) }
        }
      }
    }
  }

  /// The rows `taps` of one shard's gradient of the weights: patchesᵀ · small, over the shard's pixels in order.
  private func shardGradient(
    _ large: Tensor, _ small: Tensor, samples: Range<Int>, taps: Range<Int>, scratch: Floats, into sum: Floats
  ) {
    let channels = geometry.large.channels
    let width = taps.count * channels
    let area = geometry.small.area
    if samples.isEmpty {
      sum.update(repeating: 0, count: width * geometry.small.channels)
      return
    }
    var shape = geometry.code
    for start in stride(from: samples.lowerBound, to: samples.upperBound, by: geometry.samplesPerSum) {
      let block = start..<min(start + geometry.samplesPerSum, samples.upperBound)
      var patches = large.sample(start) + taps.lowerBound * channels
      if !geometry.isDense {
        let gathered = scratch + panels
        patches = gathered
        for (place, sample) in block.enumerated() {
          kernels.table.gather(
            gathered + place * area * width, large.sample(sample), &shape, 0, area, taps.lowerBound, taps.upperBound)
        }
      }
      product.multiply(
        rows: width, columns: geometry.small.channels, inner: block.count * area,
        patches, stride: geometry.isDense ? geometry.patch : width, transposingA: true,
        small.sample(start), stride: geometry.small.channels,
        into: sum, stride: geometry.small.channels, accumulating: start > samples.lowerBound,
        scratch: scratch)
    }
  }
}
