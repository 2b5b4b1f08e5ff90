import CKernels

/// The gradient of the weights: products of both maps' transformed tiles, with the tiles as the inner dimension.
extension WinogradConvolution {
  package func backwardWeights(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    let stack = workspace.shared + largeBlocks * largeBlock.count + smallBlocks * smallBlock.count
    let shardSums = ShardSums(layout: layout, stack: stack, count: geometry.weightCount)
    let most = tilesPerBlock / tiling.tilesPerSample
    // Several shards share a block if its tiles of one phase fit the second-level cache.
    let points = tiling.phases.reduce(0) { max($0, $1.points.count) }
    let shared = Self.cachedTiles / (points * Self.channelsPerBlock) / tiling.tilesPerSample
    shardSums.forEachRun(into: sums, at: offset, ofSamples: min(most, shared)) { run in
      var first = run.samples.lowerBound
      repeat {
        let block = first..<min(first + most, run.samples.upperBound)
        multiply(large, small, block, run)
        first = block.upperBound
      } while first < run.samples.upperBound
    }
  }

  /// The most floats of transformed tiles that fit the second-level cache together with the other factor.
  private static let cachedTiles = 80_000

  /// Adds a block's part to its shards' gradients of the weights: for each point tilesᵀ · tiles. A thread processes its
  /// weights for all of the block's shards in turn, so that the shared tiles stay in its cache.
  private func multiply(_ large: Tensor, _ small: Tensor, _ block: Range<Int>, _ run: ShardSums.Run) {
    let panels = smallPanels
    let panelsPerBlock = Self.channelsPerBlock / panel
    nonisolated(unsafe) let largeTiles = workspace.shared
    nonisolated(unsafe) let smallTiles = workspace.shared + largeBlocks * largeBlock.count
    let tilesPerSample = tiling.tilesPerSample
    let tiles = block.lowerBound * tilesPerSample..<block.upperBound * tilesPerSample
    transform(large, small, tiles, into: largeTiles, smallTiles)
    threads.forEach(transformsOwnTiles ? shares : shares * panels) { index, thread in
      let share = transformsOwnTiles ? index : index / panels
      let left = largeTiles + (transformsOwnTiles ? thread : share) * largeBlock.count
      if transformsOwnTiles { transform(large, share: share, tiles, into: left, row: 0) }
      for number in transformsOwnTiles ? 0..<panels : index % panels..<index % panels + 1 {
        let column = number * panel
        let unit = Unit(
          phase: phase(ofShare: share), rows: rows(ofShare: share), column: column,
          columns: min(panel, geometry.small.channels - column))
        let right =
          smallTiles + number / panelsPerBlock * smallBlock.count + number % panelsPerBlock * panel
        for shard in run {
          let own = shard.samples.clamped(to: block)
          gradient(
            unit, shard, isFirst: own.lowerBound == shard.samples.lowerBound,
            isLast: own.upperBound == shard.samples.upperBound, left, right,
            tiles: (own.lowerBound - block.lowerBound) * tilesPerSample..<(own.upperBound - block.lowerBound)
              * tilesPerSample, workspace[thread])
        }
      }
    }
  }

  private func phase(ofShare share: Int) -> WinogradTiling.Phase {
    tiling.phases[share / blocks(geometry.large.channels)]
  }
  private func rows(ofShare share: Int) -> Range<Int> {
    channels(share % blocks(geometry.large.channels), of: geometry.large.channels)
  }

  /// A unit of work: the weights of a phase between some large and some small channels.
  private struct Unit {
    let phase: WinogradTiling.Phase
    let rows: Range<Int>
    let column: Int
    let columns: Int
  }

  /// Adds some tiles to one unit's part of a shard's sum. After the shard's last tiles it makes the tree's additions.
  private func gradient(
    _ unit: Unit, _ shard: ShardSums.Place, isFirst: Bool, isLast: Bool, _ left: Floats, _ right: Floats,
    tiles: Range<Int>, _ products: Floats
  ) {
    // A shard in one block is added directly to the sum that waits for it: the same addition, without storing its own
    // sum.
    let isAddedAtOnce = isFirst && isLast && !tiles.isEmpty && shard.additions > 0
    let sum = isAddedAtOnce ? shard.addition(0).left : shard.sum
    if tiles.isEmpty {
      forEachRow(unit) { (sum + $0).update(repeating: 0, count: unit.columns) }
    } else {
      for point in unit.phase.points {
        kernels.multiplyPanel(
          Factor(
            start: left + largeBlock.start(point) + tiles.lowerBound * largeBlock.stride(point),
            stride: largeBlock.stride(point), isTransposed: true),
          right + smallBlock.start(point) + tiles.lowerBound * smallBlock.stride(point),
          stride: smallBlock.stride(point), rows: unit.rows.count, columns: kernels.panelWidth(unit.columns),
          inner: tiles.count, into: products + gradients.start(point), stride: panel)
      }
      var shape = geometry.code
      gradients.withRows(products, points: unit.phase.points) {
        unit.phase.transforms.points_to_weights(
          sum, $0, &shape, unit.phase.row, unit.phase.column, unit.rows.lowerBound, unit.rows.upperBound, unit.column,
          unit.columns, isFirst && !isAddedAtOnce ? 0 : 1)
      }
    }
    guard isLast else { return }
    shard.add(from: isAddedAtOnce ? 1 : 0) { left, right in
      forEachRow(unit) { kernels.add(left + $0, right + $0, count: unit.columns) }
    }
  }

  /// Calls `body` with the offset in the weights of each row of a unit.
  private func forEachRow(_ unit: Unit, _ body: (_ start: Int) -> Void) {
    for tapRow in stride(from: unit.phase.row, to: geometry.kernelHeight, by: geometry.stride) {
      for tapColumn in stride(from: unit.phase.column, to: geometry.kernelWidth, by: geometry.stride) {
        let tap = (tapRow * geometry.kernelWidth + tapColumn) * geometry.large.channels
        for row in unit.rows { body((tap + row) * geometry.small.channels + unit.column) }
      }
    }
  }

  /// Transforms a block of the small map's tiles, each block of channels to its own place. Transforms the large map's
  /// tiles too, unless each thread transforms its own (`transformsOwnTiles`).
  private func transform(
    _ large: Tensor, _ small: Tensor, _ tiles: Range<Int>, into largeTiles: Floats, _ smallTiles: Floats
  ) {
    nonisolated(unsafe) let (largeTiles, smallTiles) = (largeTiles, smallTiles)
    threads.forEach((tiles.count + Self.tilesPerUnit - 1) / Self.tilesPerUnit) { index, _ in
      let row = index * Self.tilesPerUnit
      let own = tiles.lowerBound + row..<min(tiles.lowerBound + row + Self.tilesPerUnit, tiles.upperBound)
      if !transformsOwnTiles {
        for share in 0..<shares {
          transform(large, share: share, own, into: largeTiles + share * largeBlock.count, row: row)
        }
      }
      var code = self.code
      for place in 0..<smallBlocks {
        let range = channels(place, of: geometry.small.channels)
        smallBlock.withRows(smallTiles + place * smallBlock.count, points: allPoints, row: row) {
          tiling.smallTransforms.small_to_points(
            $0, small.data, &code, own.lowerBound, own.upperBound, range.lowerBound, range.upperBound)
        }
      }
    }
  }

  /// Transforms tiles of some large channels for one phase.
  ///
  /// - Parameter row: destination row of the first tile.
  private func transform(_ large: Tensor, share: Int, _ tiles: Range<Int>, into memory: Floats, row: Int) {
    let (phase, range) = (phase(ofShare: share), rows(ofShare: share))
    var code = self.code
    largeBlock.withRows(memory, points: phase.points, row: row) {
      phase.transforms.large_to_points(
        $0, large.data, &code, phase.row, phase.column, tiles.lowerBound, tiles.upperBound, range.lowerBound,
        range.upperBound)
    }
  }

  private func channels(_ block: Int, of count: Int) -> Range<Int> {
    block * Self.channelsPerBlock..<min((block + 1) * Self.channelsPerBlock, count)
  }
}
