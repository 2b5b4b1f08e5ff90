/// One sample of a large map with its padding around it. The patches of a row of pixels can be read in place as a
/// matrix: a row of the kernel is a contiguous run of floats, and the run of the next pixel begins one stride later.
/// Nothing is gathered.
struct PaddedWindows {
  private let geometry: ConvolutionGeometry
  /// Floats in a row of padded pixels.
  private let rowLength: Int
  private let rows: Int
  /// Floats from one pixel of the small map to the next.
  private let step: Int
  /// Floats in a row of the kernel.
  let taps: Int

  /// nil if rows of pixels are too short to fill a tile of a product.
  init?(_ geometry: ConvolutionGeometry) {
    guard geometry.small.width >= 8 else { return nil }
    self.geometry = geometry
    let channels = geometry.large.channels
    rows = max(
      (geometry.small.height - 1) * geometry.stride + geometry.kernelHeight, geometry.top + geometry.large.height)
    rowLength =
      max((geometry.small.width - 1) * geometry.stride + geometry.kernelWidth, geometry.left + geometry.large.width)
      * channels
    step = geometry.stride * channels
    taps = geometry.kernelWidth * channels
  }

  /// Floats in the padded sample, rounded up to whole cache lines.
  var count: Int { (rows * rowLength + 15) / 16 * 16 }

  /// Copies a sample into its padding of zeros.
  func pad(_ sample: Floats, into padded: Floats) {
    let (width, before) = (geometry.large.width * geometry.large.channels, geometry.left * geometry.large.channels)
    padded.update(repeating: 0, count: geometry.top * rowLength)
    for row in 0..<geometry.large.height {
      let start = padded + (geometry.top + row) * rowLength
      start.update(repeating: 0, count: before)
      (start + before).update(from: sample + row * width, count: width)
      (start + before + width).update(repeating: 0, count: rowLength - before - width)
    }
    let used = geometry.top + geometry.large.height
    (padded + used * rowLength).update(repeating: 0, count: (rows - used) * rowLength)
  }

  /// [pixel of a row][tap]: the patches of one row of the small map.
  func patches(_ padded: Floats, row: Int) -> Factor {
    Factor(
      start: padded + row * geometry.stride * rowLength, stride: step, runs: geometry.kernelHeight, runStride: rowLength
    )
  }

  /// [pixel][tap of one row of the kernel], transposed: the pixels of some rows of the small map.
  func pixels(_ padded: Floats, kernelRow: Int, rows: Range<Int>) -> Factor {
    Factor(
      start: padded + (rows.lowerBound * geometry.stride + kernelRow) * rowLength, stride: step, isTransposed: true,
      runs: rows.count, runStride: geometry.stride * rowLength)
  }
}
