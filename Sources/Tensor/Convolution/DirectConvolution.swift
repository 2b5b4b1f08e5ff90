import CKernels

/// Convolution by products of our own kernels on patches that are gathered block by block (im2col): for few channels and
/// for layers that are one dense product, where Winograd's algorithm gains nothing.
///
/// Like it, it runs forward passes and data gradients over all shards at once: an element's bits depend on nothing that
/// shares its call.
package final class DirectConvolution: Convolution {
  package let geometry: ConvolutionGeometry

  private let kernels: Kernels
  private let threads: Threads
  private let workspace: Workspace
  private let stackDepth: Int
  /// Columns of a panel of a product.
  private let panel: Int
  /// Rows of the patch matrix that are in work at once.
  private let rowsPerBlock: Int
  /// Taps whose weight gradients are one unit of work.
  private let tapsPerUnit: Int

  /// - Parameter shards: the most shards whose sums this rank reduces.
  package init(
    _ geometry: ConvolutionGeometry, shards: Int, kernels: Kernels, threads: Threads, workspace: Workspace
  ) {
    self.geometry = geometry
    self.kernels = kernels
    self.threads = threads
    self.workspace = workspace
    panel = 2 * kernels.table.lanes
    stackDepth = Int.bitWidth - max(0, shards - 1).leadingZeroBitCount + 1
    // A block of patches and what becomes of it stay in the second-level cache; scattering needs whole samples.
    rowsPerBlock = max(kernels.table.tile_rows, min(256, (1 << 15) / geometry.patch))
    // Every unit reads the whole small map: no more of them than keep the threads busy.
    let share = (geometry.taps + threads.count - 1) / threads.count
    tapsPerUnit = min(share, max(1, 256 / geometry.large.channels))
    let patches = geometry.isDense ? 0 : rowsPerBlock * geometry.patch
    let columns =
      geometry.isDense ? 0 : max(1, rowsPerBlock / geometry.small.area) * geometry.small.area * geometry.patch
    let width = tapsPerUnit * geometry.large.channels
    let gathered = geometry.isDense ? 0 : Self.rowsPerSum * width
    let stack = (stackDepth - 1) * width * geometry.small.channels
    workspace.reserve(max(patches, columns, gathered + Self.rowsPerSum * panel + 16 + stack))
    workspace.reserve(
      shared: max(
        packedCount(geometry.small.channels, geometry.patch), packedCount(geometry.patch, geometry.small.channels)))
  }

  /// Rows of the patch matrix whose products are summed in one chain; fixed, because a cut changes the rounding.
  private static let rowsPerSum = 256

  package func reduce(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let (patch, columns, area) = (geometry.patch, geometry.small.channels, geometry.small.area)
    let panels = packedPanels(columns: columns, inner: patch) { start, count, width, out in
      kernels.table.pack_columns(out, width, weights + start, columns, count, patch)
    }
    var shape = geometry.code
    forEachRun(layout.samples) { [geometry] samples, thread in
      let rows = samples.lowerBound * area..<samples.upperBound * area
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerBlock) {
        let block = first..<min(first + rowsPerBlock, rows.upperBound)
        var patches = large.data + first * patch
        if !geometry.isDense {
          patches = workspace[thread]
          gather(large, rows: block, taps: 0..<geometry.taps, into: patches, &shape)
        }
        multiply(
          patches, patch, panels, rows: block.count, columns: columns, inner: patch, into: small.data + first * columns,
          columns)
      }
      finished(samples, 0..<columns)
    }
  }

  package func expand(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let (patch, inner, area) = (geometry.patch, geometry.small.channels, geometry.small.area)
    let panels = packedPanels(columns: patch, inner: inner) { start, count, width, out in
      kernels.table.pack_rows(out, width, weights + start * inner, inner, count, inner)
    }
    var shape = geometry.code
    forEachRun(layout.samples) { samples, thread in
      let columns = geometry.isDense ? large.sample(samples.lowerBound) : workspace[thread]
      multiply(
        small.sample(samples.lowerBound), inner, panels, rows: samples.count * area, columns: patch, inner: inner,
        into: columns, patch)
      if !geometry.isDense {
        for (place, sample) in samples.enumerated() {
          kernels.table.scatter(large.sample(sample), columns + place * area * patch, &shape)
        }
      }
      finished(samples, 0..<geometry.large.channels)
    }
  }

  /// Splits samples over the threads, in runs of as many as make a block of rows.
  private func forEachRun(_ samples: Int, _ body: (_ samples: Range<Int>, _ thread: Int) -> Void) {
    let run = samplesPerRun
    threads.forEach((samples + run - 1) / run) { index, thread in
      body(index * run..<min((index + 1) * run, samples), thread)
    }
  }

  private var samplesPerRun: Int { max(1, rowsPerBlock / geometry.small.area) }

  package func weightGradient(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    let units = (geometry.taps + tapsPerUnit - 1) / tapsPerUnit
    let rowLength = geometry.large.channels * geometry.small.channels
    threads.forEach(units) { index, thread in
      let taps = index * tapsPerUnit..<min((index + 1) * tapsPerUnit, geometry.taps)
      let count = taps.count * rowLength
      let stack = workspace[thread] + (workspace.count - (stackDepth - 1) * count) / 16 * 16
      for (group, segments) in layout.segments.enumerated() {
        for (node, reduction) in layout.reduction.local.enumerated() {
          // The bottom of the stack is the destination itself.
          let destination = sums[group: group, node: node] + offset + taps.lowerBound * rowLength
          var height = 0
          func slot(_ level: Int) -> Floats { level == 0 ? destination : stack + (level - 1) * count }
          for operation in reduction {
            switch operation {
            case .push(let shard):
              shardGradient(large, small, samples: segments[shard], taps: taps, thread, into: slot(height))
              height += 1
            case .combine:
              height -= 1
              kernels.add(slot(height - 1), slot(height), count: count)
            }
          }
        }
      }
    }
  }

  /// The rows `taps` of one shard's weight gradient: patchesᵀ · small, over the shard's pixels in order.
  private func shardGradient(
    _ large: Tensor, _ small: Tensor, samples: Range<Int>, taps: Range<Int>, _ thread: Int, into sum: Floats
  ) {
    let (area, columns) = (geometry.small.area, geometry.small.channels)
    let width = taps.count * geometry.large.channels
    if samples.isEmpty {
      sum.update(repeating: 0, count: width * columns)
      return
    }
    var shape = geometry.code
    let rows = samples.lowerBound * area..<samples.upperBound * area
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowsPerSum) {
      let block = first..<min(first + Self.rowsPerSum, rows.upperBound)
      var patches = large.data + first * geometry.patch + taps.lowerBound * geometry.large.channels
      if !geometry.isDense {
        patches = workspace[thread]
        gather(large, rows: block, taps: taps, into: patches, &shape)
      }
      for column in stride(from: 0, to: columns, by: panel) {
        let count = min(panel, columns - column)
        var (factors, distance) = (small.data + first * columns + column, columns)
        if count < panel {
          // Products read whole vectors: behind the last pixel these would leave the tensor.
          let padded = workspace[thread] + (geometry.isDense ? 0 : Self.rowsPerSum * width)
          distance = count > kernels.table.lanes ? panel : kernels.table.lanes
          kernels.table.pack_columns(padded, distance, factors, columns, count, block.count)
          factors = padded
        }
        kernels.table.multiply_panel(
          sum + column, columns, patches, geometry.isDense ? geometry.patch : width, 1, factors, distance, width, count,
          block.count, first > rows.lowerBound ? 1 : 0)
      }
    }
  }

  /// Rows of the patch matrix over all samples.
  private func gather(
    _ large: Tensor, rows: Range<Int>, taps: Range<Int>, into patches: Floats, _ shape: inout dt_convolution
  ) {
    let (area, width) = (geometry.small.area, taps.count * geometry.large.channels)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let sample = row / area
      let last = min((sample + 1) * area, rows.upperBound)
      kernels.table.gather(
        patches + (row - rows.lowerBound) * width, large.sample(sample), &shape, row - sample * area,
        last - sample * area, taps.lowerBound, taps.upperBound)
      row = last
    }
  }

  private func packedCount(_ columns: Int, _ inner: Int) -> Int { (columns + panel - 1) / panel * panel * inner + 16 }

  /// The panels of a product's second factor, in the memory that all threads share.
  private func packedPanels(
    columns: Int, inner: Int, _ pack: (_ start: Int, _ count: Int, _ width: Int, _ out: Floats) -> Void
  ) -> Floats {
    let panels = workspace.shared
    threads.forEach((columns + panel - 1) / panel) { index, _ in
      let start = index * panel
      let count = min(panel, columns - start)
      pack(start, count, count > kernels.table.lanes ? panel : kernels.table.lanes, panels + start * inner)
    }
    return panels
  }

  /// c ← a · panels, panel by panel.
  private func multiply(
    _ a: Floats, _ aStride: Int, _ panels: Floats, rows: Int, columns: Int, inner: Int, into c: Floats, _ cStride: Int
  ) {
    for column in stride(from: 0, to: columns, by: panel) {
      let count = min(panel, columns - column)
      kernels.table.multiply_panel(
        c + column, cStride, a, aStride, 0, panels + column * inner,
        count > kernels.table.lanes ? panel : kernels.table.lanes, rows, count, inner, 0)
    }
  }
}
