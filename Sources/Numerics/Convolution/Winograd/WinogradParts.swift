/// The units of work of `forward` and `backwardData`, and their products.
extension WinogradConvolution {
  /// A unit of work: some tiles of whole samples, and one panel of channels.
  struct Part {
    let tiles: Range<Int>
    /// Index of the first tile among the transformed ones.
    let row: Int
    let panel: Int
  }

  /// Processes all tiles in blocks of `tilesPerBlock`: transforms a block, then calls `body` for each panel.
  ///
  /// As long as each thread gets as many blocks as the others, it transforms and multiplies its own: then it reads no
  /// tiles from another core's cache. Fewer blocks than threads are shared by all threads, panel by panel.
  func forEachPart(
    _ layout: BatchLayout, panels: Int, transform: @Sendable (_ tiles: Range<Int>, _ row: Int) -> Void,
    body: @Sendable (_ part: Part, _ thread: Int) -> Void
  ) {
    let tiles = layout.samples * tiling.tilesPerSample
    @Sendable func block(_ index: Int) -> Range<Int> { index * tilesPerBlock..<min((index + 1) * tilesPerBlock, tiles) }
    let blocks = (tiles + tilesPerBlock - 1) / tilesPerBlock
    let ownBlocks = blocks / threads.count * threads.count
    threads.forEach(ownBlocks) { index, thread in
      let row = thread * tilesPerBlock
      transform(block(index), row)
      for panel in 0..<panels {
        body(Part(tiles: block(index), row: row, panel: panel), thread)
        threads.pollIfDue(on: thread)
      }
    }
    let rest = blocks - ownBlocks
    if rest == 0 { return }
    let first = ownBlocks * tilesPerBlock
    threads.forEach((tiles - first + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      transform(first + row..<min(first + row + Self.tilesPerUnit, tiles), row)
    }
    threads.forEach(panels * rest) { index, thread in
      let place = index % rest
      body(Part(tiles: block(ownBlocks + place), row: place * tilesPerBlock, panel: index / rest), thread)
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
