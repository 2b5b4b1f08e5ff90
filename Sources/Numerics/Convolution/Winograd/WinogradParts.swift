/// The units of work of `forward` and `backwardData`, and their products.
extension WinogradConvolution {
  /// A unit of work: some tiles of whole samples, and one panel of channels.
  struct Part {
    let tiles: Range<Int>
    /// Index of the first tile among the transformed ones.
    let row: Int
    let panel: Int
  }

  /// Processes all tiles, `tilesPerBlock` for each thread at a time: transforms them, then calls `body` for each panel
  /// of each block.
  func forEachPart(
    _ layout: BatchLayout, panels: Int, transform: (_ block: Range<Int>) -> Void,
    body: @Sendable (_ part: Part, _ thread: Int) -> Void
  ) {
    let tiles = layout.samples * tiling.tilesPerSample
    let wave = tilesPerBlock * threads.count
    for first in stride(from: 0, to: tiles, by: wave) {
      let block = first..<min(first + wave, tiles)
      transform(block)
      let shares = (block.count + tilesPerBlock - 1) / tilesPerBlock
      threads.forEach(panels * shares) { index, thread in
        let row = index % shares * tilesPerBlock
        let start = first + row
        let own = start..<min(start + tilesPerBlock, block.upperBound)
        body(Part(tiles: own, row: row, panel: index / shares), thread)
      }
    }
  }

  /// One point's product of a part: transformed tiles, shared by all threads, times a panel of transformed weights.
  func multiply(
    _ tiles: PointMatrices, _ multipliers: Floats, _ weights: PointMatrices, _ point: Int, inner: Int, _ part: Part,
    into products: Floats
  ) {
    let stride = tiles.stride(point)
    kernels.multiplyPanel(
      Factor(start: workspace.shared + tiles.start(point) + part.row * stride, stride: stride),
      multipliers + weights.start(point), stride: panel, rows: part.tiles.count, columns: panel, inner: inner,
      into: products + self.products.start(point), stride: panel)
  }

  func channels(ofPanel index: Int, of count: Int) -> Range<Int> { index * panel..<min((index + 1) * panel, count) }
}
