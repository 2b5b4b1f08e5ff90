import CKernels

/// Convolution by matrix products on patches that are gathered block by block (im2col). It is used for few channels and
/// for dense layers, where Winograd's algorithm gains nothing.
///
/// `forward` and `backwardData` run over all shards at once, since an element's bits do not depend on the samples that
/// share a call.
package final class DirectConvolution: Convolution {
  package let geometry: ConvolutionGeometry
  package let context: ComputeContext

  /// Sums of shards that wait for their partner at once.
  let waitingSums: Int
  /// Columns of a panel of a product.
  let panel: Int
  /// Rows of the patch matrix that are processed at once.
  private let rowsPerBlock: Int
  /// nil if patches are gathered.
  let windows: PaddedWindows?
  /// Taps of the weights that one unit of work of `backwardWeights` covers.
  let tapsPerUnit: Int

  /// - Parameter shards: the most shards whose sums this rank reduces.
  package init(_ geometry: ConvolutionGeometry, shards: Int, context: ComputeContext) {
    self.geometry = geometry
    self.context = context
    let (kernels, threads, workspace) = (context.kernels, context.threads, context.workspace)
    panel = kernels.panelColumns
    waitingSums = ShardSums.waiting(shards: shards)
    // A block of patches and its products stay in the second-level cache; scattering needs whole samples.
    rowsPerBlock = max(kernels.table.tile_rows, min(256, (1 << 15) / geometry.patch))
    windows = geometry.isDense ? nil : PaddedWindows(geometry)
    // Whole rows of the kernel. Every unit reads the whole small map, so there are only as many as keep the threads
    // busy.
    let rows = max(
      1, min(geometry.kernelHeight / threads.count, 256 / (geometry.large.channels * geometry.kernelWidth)))
    tapsPerUnit = rows * geometry.kernelWidth
    let patches = geometry.isDense ? 0 : rowsPerBlock * geometry.patch
    let columns =
      geometry.isDense ? 0 : rowsPerScatter * geometry.small.width * geometry.patch
    let width = tapsPerUnit * geometry.large.channels
    let gathered = geometry.isDense ? 0 : Self.rowsPerSum * width
    let stack = waitingSums * width * geometry.small.channels
    let padded = max(gathered, windows?.count ?? 0)
    let pixels = max(Self.rowsPerSum, geometry.small.width)
    workspace.reserve(max(patches, columns, padded + pixels * panel + 16 + stack), of: Float.self)
    workspace.reserve(
      shared: max(
        packedCount(geometry.small.channels, geometry.patch), packedCount(geometry.patch, geometry.small.channels)),
      of: Float.self)
  }

  /// Rows of the patch matrix whose products are summed in one chain. Fixed, because a cut changes the rounding.
  static let rowsPerSum = 256

  package func forward(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let (patch, columns, area) = (geometry.patch, geometry.small.channels, geometry.small.area)
    nonisolated(unsafe) let weights = weights
    nonisolated(unsafe) let panels = packedPanels(columns: columns, inner: patch) { start, count, width, out in
      kernels.table.pack_columns(out, width, weights + start, columns, count, patch)
    }
    forEachRun(layout.samples) { [geometry] samples, thread in
      let rows = samples.lowerBound * area..<samples.upperBound * area
      if let windows {
        for sample in samples {
          windows.pad(large.sample(sample), into: workspace[thread])
          forward(windows, workspace[thread], panels, into: small.sample(sample))
        }
      } else {
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsPerBlock) {
          let block = first..<min(first + rowsPerBlock, rows.upperBound)
          var patches = large.data + first * patch
          if !geometry.isDense {
            patches = workspace[thread]
            gather(large, rows: block, taps: 0..<geometry.taps, into: patches)
          }
          multiply(
            Factor(start: patches, stride: patch), panels, rows: block.count, columns: columns, inner: patch,
            into: small.data + first * columns, columns)
        }
      }
      finished(samples, 0..<columns)
    }
  }

  /// Convolves one sample, a row of pixels at a time.
  private func forward(_ windows: PaddedWindows, _ padded: Floats, _ panels: Floats, into small: Floats) {
    let columns = geometry.small.channels
    for row in 0..<geometry.small.height {
      multiply(
        windows.patches(padded, row: row), panels, rows: geometry.small.width, columns: columns,
        inner: windows.taps, terms: geometry.patch, into: small + row * geometry.small.width * columns, columns)
    }
  }

  package func backwardData(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    let (patch, inner, width) = (geometry.patch, geometry.small.channels, geometry.small.width)
    nonisolated(unsafe) let weights = weights
    nonisolated(unsafe) let panels = packedPanels(columns: patch, inner: inner) { start, count, width, out in
      kernels.table.pack_rows(out, width, weights + start * inner, inner, count, inner)
    }
    forEachRun(layout.samples) { samples, thread in
      if geometry.isDense {
        multiply(
          Factor(start: small.sample(samples.lowerBound), stride: inner), panels, rows: samples.count, columns: patch,
          inner: inner, into: large.sample(samples.lowerBound), patch)
      } else {
        var shape = geometry.code
        for sample in samples {
          // A few rows of pixels at a time: their columns stay in the first-level cache.
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

  /// Rows of pixels of the small map whose columns are computed at once.
  private var rowsPerScatter: Int { max(1, 64 / geometry.small.width) }

  /// Splits samples over the threads, in runs that fill a block of rows.
  private func forEachRun(_ samples: Int, _ body: @Sendable (_ samples: Range<Int>, _ thread: Int) -> Void) {
    let run = samplesPerRun
    threads.forEach((samples + run - 1) / run) { index, thread in
      body(index * run..<min((index + 1) * run, samples), thread)
    }
  }

  private var samplesPerRun: Int { max(1, rowsPerBlock / geometry.small.area) }

  /// Copies rows of the patch matrix of all samples to `patches`.
  func gather(_ large: Tensor, rows: Range<Int>, taps: Range<Int>, into patches: Floats) {
    var shape = geometry.code
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

  /// Packs a product's second factor into panels, in the memory that all threads share.
  private func packedPanels(
    columns: Int, inner: Int, _ pack: @Sendable (_ start: Int, _ count: Int, _ width: Int, _ out: Floats) -> Void
  ) -> Floats {
    nonisolated(unsafe) let panels = workspace.shared
    threads.forEach((columns + panel - 1) / panel) { index, _ in
      let start = index * panel
      let count = min(panel, columns - start)
      pack(start, count, kernels.panelWidth(count), panels + start * inner)
    }
    return panels
  }

  /// c ← a · panels, panel by panel.
  ///
  /// - Parameter terms: of all of A's runs; nil if there is one run, of `inner` terms.
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
