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
  /// nil where patches are gathered.
  private let windows: PaddedWindows?
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
    panel = kernels.panelColumns
    stackDepth = Int.bitWidth - max(0, shards - 1).leadingZeroBitCount + 1
    // A block of patches and what becomes of it stay in the second-level cache; scattering needs whole samples.
    rowsPerBlock = max(kernels.table.tile_rows, min(256, (1 << 15) / geometry.patch))
    windows = geometry.isDense ? nil : PaddedWindows(geometry)
    // Every unit reads the whole small map: no more of them than keep the threads busy. Whole rows of the kernel.
    let rows = max(
      1, min(geometry.kernelHeight / threads.count, 256 / (geometry.large.channels * geometry.kernelWidth)))
    tapsPerUnit = rows * geometry.kernelWidth
    let patches = geometry.isDense ? 0 : rowsPerBlock * geometry.patch
    let columns =
      geometry.isDense ? 0 : rowsPerScatter * geometry.small.width * geometry.patch
    let width = tapsPerUnit * geometry.large.channels
    let gathered = geometry.isDense ? 0 : Self.rowsPerSum * width
    let stack = (stackDepth - 1) * width * geometry.small.channels
    let padded = max(gathered, windows?.count ?? 0)
    let pixels = max(Self.rowsPerSum, geometry.small.width)
    workspace.reserve(max(patches, columns, padded + pixels * panel + 16 + stack))
    workspace.reserve(
      shared: max(
        packedCount(geometry.small.channels, geometry.patch), packedCount(geometry.patch, geometry.small.channels)))
  }

  /// Rows of the patch matrix whose products are summed in one chain; fixed, because a cut changes the rounding.
  static let rowsPerSum = 256

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
      if let windows {
        for sample in samples {
          windows.pad(large.sample(sample), into: workspace[thread])
          reduce(windows, workspace[thread], panels, into: small.sample(sample))
        }
      } else {
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerBlock) {
          let block = first..<min(first + rowsPerBlock, rows.upperBound)
          var patches = large.data + first * patch
          if !geometry.isDense {
            patches = workspace[thread]
            gather(large, rows: block, taps: 0..<geometry.taps, into: patches, &shape)
          }
          multiply(
            Factor(start: patches, stride: patch), panels, rows: block.count, columns: columns, inner: patch,
            into: small.data + first * columns, columns)
        }
      }
      finished(samples, 0..<columns)
    }
  }

  /// One sample, a row of pixels at a time.
  private func reduce(_ windows: PaddedWindows, _ padded: Floats, _ panels: Floats, into small: Floats) {
    let columns = geometry.small.channels
    for row in 0..<geometry.small.height {
      multiply(
        windows.patches(padded, row: row), panels, rows: geometry.small.width, columns: columns,
        inner: windows.taps, terms: geometry.patch, into: small + row * geometry.small.width * columns, columns)
    }
  }

  package func expand(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let (patch, inner, width) = (geometry.patch, geometry.small.channels, geometry.small.width)
    let panels = packedPanels(columns: patch, inner: inner) { start, count, width, out in
      kernels.table.pack_rows(out, width, weights + start * inner, inner, count, inner)
    }
    var shape = geometry.code
    forEachRun(layout.samples) { samples, thread in
      if geometry.isDense {
        multiply(
          Factor(start: small.sample(samples.lowerBound), stride: inner), panels, rows: samples.count, columns: patch,
          inner: inner, into: large.sample(samples.lowerBound), patch)
      } else {
        for sample in samples {
          // A few rows of pixels at a time, whose columns stay in the first-level cache.
          for first in stride(from: 0, to: geometry.small.height, by: rowsPerScatter) {
            let last = min(first + rowsPerScatter, geometry.small.height)
            let columns = workspace[thread]
            multiply(
              Factor(start: small.sample(sample) + first * width * inner, stride: inner), panels,
              rows: (last - first) * width, columns: patch, inner: inner, into: columns, patch)
            kernels.table.scatter(large.sample(sample), columns, &shape, first, last)
          }
        }
      }
      finished(samples, 0..<geometry.large.channels)
    }
  }

  /// Rows of pixels of the small map whose columns are in work at once.
  private var rowsPerScatter: Int { max(1, 64 / geometry.small.width) }

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
    if let windows {
      let (height, width) = (geometry.small.height, geometry.small.width)
      let rowsOfPixels = max(1, Self.rowsPerSum / width)
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
    var shape = geometry.code
    let rows = samples.lowerBound * area..<samples.upperBound * area
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.rowsPerSum) {
      let block = first..<min(first + Self.rowsPerSum, rows.upperBound)
      var patches = Factor(
        start: large.data + first * geometry.patch + taps.lowerBound * geometry.large.channels, stride: geometry.patch,
        isTransposed: true)
      if !geometry.isDense {
        gather(large, rows: block, taps: taps, into: workspace[thread], &shape)
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
        // Products read whole vectors: behind the last pixel these would leave the tensor.
        distance = kernels.panelWidth(count)
        kernels.table.pack_columns(scratch, distance, factors, columns, count, pixels)
        factors = scratch
      }
      kernels.multiplyPanel(
        a, factors, stride: distance, rows: rows, columns: count, inner: inner, into: sum + column, stride: columns,
        accumulating: accumulating)
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
      pack(start, count, kernels.panelWidth(count), panels + start * inner)
    }
    return panels
  }

  /// c ← a · panels, panel by panel.
  ///
  /// - Parameter terms: of all of A's runs; `inner` where there is one.
  private func multiply(
    _ a: Factor, _ panels: Floats, rows: Int, columns: Int, inner: Int, terms: Int? = nil, into c: Floats,
    _ cStride: Int
  ) {
    for column in stride(from: 0, to: columns, by: panel) {
      let count = min(panel, columns - column)
      kernels.multiplyPanel(
        a, panels + column * (terms ?? inner), stride: kernels.panelWidth(count), rows: rows, columns: count,
        inner: inner, into: c + column, stride: cStride)
    }
  }
}
