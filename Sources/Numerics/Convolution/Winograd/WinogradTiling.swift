import CKernels

/// How a convolution is cut for Winograd's minimal filtering (Lavin & Gray 2015, arXiv 1509.09308). A strided
/// convolution is the sum of dense ones over its phases: rows and columns of the kernel that have the same remainder
/// modulo the stride. Outputs are computed in tiles of `tile` × `tile` from products at `side` × `side` points.
struct WinogradTiling {
  /// One phase: the rows `row`, `row` + stride, … of the kernel, and likewise for columns.
  struct Phase {
    let row: Int
    let column: Int
    /// The points that the phase uses, row by row.
    let points: [Int]
    /// For each of `points` the first column of the phase's large channels in the point's matrix.
    fileprivate(set) var firstColumns: [Int]
    let transforms: dt_winograd_phase
  }

  let geometry: ConvolutionGeometry
  let tile: Int
  /// Points in one dimension.
  let side: Int
  let phases: [Phase]
  let tileRows: Int
  let tileColumns: Int
  /// For each point the inner size of its product: the large channels of all phases that use the point.
  let innerSizes: [Int]
  let smallTransforms: dt_winograd_tiles

  /// Whether there are transforms for this kernel and stride.
  static func isPossible(_ geometry: ConvolutionGeometry, tile: Int) -> Bool {
    let kernels: Set = [[3, 1], [3, 2], [4, 2], [5, 1], [5, 2]]
    return geometry.kernelHeight == geometry.kernelWidth && kernels.contains([geometry.kernelHeight, geometry.stride])
  }

  /// - Parameter tile: outputs of a tile in one dimension, 2 or 4.
  init(_ geometry: ConvolutionGeometry, tile: Int, table: dt_kernels) {
    precondition(Self.isPossible(geometry, tile: tile), "no transforms for \(geometry)")
    // Taps of each phase in one dimension.
    let taps = (0..<geometry.stride).map { (geometry.kernelHeight - $0 + geometry.stride - 1) / geometry.stride }
    let side = tile + taps[0] - 1
    var inner = [Int](repeating: 0, count: side * side)
    var phases: [Phase] = []
    for row in taps.indices {
      for column in taps.indices {
        let points = Self.points(taps[row], of: side, tile).flatMap { high in
          Self.points(taps[column], of: side, tile).map { high * side + $0 }
        }
        phases.append(
          Phase(
            row: row, column: column, points: points, firstColumns: points.map { inner[$0] },
            transforms: table.winograd_phase(tile, taps[row], taps[column])!.pointee))
        for point in points { inner[point] += geometry.large.channels }
      }
    }
    self.geometry = geometry
    self.tile = tile
    self.side = side
    self.phases = phases
    smallTransforms = table.winograd_side(tile, side)!.pointee
    innerSizes = inner
    tileRows = (geometry.small.height + tile - 1) / tile
    tileColumns = (geometry.small.width + tile - 1) / tile
  }

  /// The points of a phase of `taps` taps in one dimension: the first ones, then ∞.
  private static func points(_ taps: Int, of side: Int, _ tile: Int) -> [Int] {
    Array(0..<tile + taps - 2) + [side - 1]
  }

  var points: Int { side * side }
  var tilesPerSample: Int { tileRows * tileColumns }

  /// Whether the windows of all tiles reach every pixel of the large map.
  var coversLargeMap: Bool {
    func reach(_ tiles: Int, _ before: Int) -> Int {
      let taps = geometry.kernelHeight
      return (tiles * tile - 1) * geometry.stride - before + taps
    }
    return reach(tileRows, geometry.top) >= geometry.large.height
      && reach(tileColumns, geometry.left) >= geometry.large.width
  }

  func code(zeros: Floats) -> dt_tiling {
    dt_tiling(shape: geometry.code, tile: tile, tile_rows: tileRows, tile_columns: tileColumns, zeros: zeros)
  }
}
