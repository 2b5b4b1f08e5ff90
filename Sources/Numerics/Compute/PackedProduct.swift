import CKernels

/// Matrix products by micro-kernels: blocks of both matrices are copied into panels in the order in which the kernel
/// reads them (Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication").
///
/// The bits of an element depend only on its row of A, its column of B and the instruction set: each run of `depth`
/// terms is one chain of multiply-adds in order, and the runs' sums are added in order. They do not depend on the other
/// rows and columns of the call.
package struct PackedProduct: Sendable {
  private let kernels: Kernels
  private let lanes: Int

  /// Terms of one run; a change of it changes bits. Large, so that C is seldom read and written, but small enough that
  /// a panel of either matrix (at most 64 KiB) comes from the second-level cache.
  private static let depth = 512
  /// Rows of A that are packed at once: at most 512 KiB, half of the second-level cache of the CPUs with AVX-512.
  private static let height = 256
  /// Columns of B that are packed at once: at most 1 MiB, which is read once for each block of A.
  private static let breadth = 512

  /// How the terms of an element are summed.
  package static var runs: Runs { Runs(of: depth) }

  package init(_ kernels: Kernels) {
    self.kernels = kernels
    lanes = kernels.table.lanes
  }

  /// Floats of scratch memory for a product of this shape or smaller.
  package func scratch(rows: Int, columns: Int, inner: Int) -> Int {
    let depth = min(inner, Self.depth)
    return bCapacity(columns, depth) + (min(rows, Self.height) * depth + lanes)
  }

  /// Floats for the panels of B, rounded up to whole cache lines.
  private func bCapacity(_ columns: Int, _ depth: Int) -> Int {
    let width = min(columns, Self.breadth)
    return ((width + lanes - 1) / lanes * lanes * depth + lanes + 15) / 16 * 16
  }

  /// C[rows × columns] ← op(A)[rows × inner] · op(B)[inner × columns] + (C if `accumulating`), all row-major.
  ///
  /// - Parameters:
  ///   - aStride: distance of A's rows in memory, A as stored.
  ///   - transposingA: A is stored as [inner × rows].
  ///   - transposingB: B is stored as [columns × inner].
  ///   - scratch: the caller's memory, `scratch(rows:columns:inner:)` floats, preferably aligned to a cache line.
  package func multiply(
    rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, stride aStride: Int, transposingA: Bool = false,
    _ b: UnsafePointer<Float>, stride bStride: Int, transposingB: Bool = false, into c: Floats, stride cStride: Int,
    accumulating: Bool = false, scratch: Floats
  ) {
    if inner == 0, !accumulating {
      for row in 0..<rows { (c + row * cStride).update(repeating: 0, count: columns) }
    }
    let bPanels = scratch
    let aPanels = scratch + bCapacity(columns, min(inner, Self.depth))
    for k in stride(from: 0, to: inner, by: Self.depth) {
      let depth = min(Self.depth, inner - k)
      for column in stride(from: 0, to: columns, by: Self.breadth) {
        let width = min(Self.breadth, columns - column)
        packB(
          b + (transposingB ? column * bStride + k : k * bStride + column), bStride, transposed: transposingB,
          columns: width, depth: depth, into: bPanels)
        for block in Portions(of: rows, atMost: Self.height) {
          packA(
            a + (transposingA ? k * aStride + block.lowerBound : block.lowerBound * aStride + k), aStride,
            transposed: transposingA, rows: block.count, depth: depth, into: aPanels)
          multiplyPanels(
            aPanels, bPanels, rows: block.count, columns: width, depth: depth,
            into: c + block.lowerBound * cStride + column, cStride, accumulating: accumulating || k > 0)
        }
      }
    }
  }

  /// Multiplies all panels of A by one panel of B after the other, so that the panel of B stays in the cache.
  private func multiplyPanels(
    _ a: Floats, _ b: Floats, rows: Int, columns: Int, depth: Int, into c: Floats, _ cStride: Int, accumulating: Bool
  ) {
    for column in stride(from: 0, to: columns, by: 2 * lanes) {
      let width = min(2 * lanes, columns - column)
      for panel in Portions(of: rows, atMost: kernels.table.tile_rows) {
        kernels.multiplyPanel(
          Factor(start: a + panel.lowerBound * depth, stride: panel.count, isTransposed: true), b + column * depth,
          stride: kernels.panelWidth(width), rows: panel.count, columns: width, inner: depth,
          into: c + panel.lowerBound * cStride + column, stride: cStride, accumulating: accumulating)
      }
    }
  }

  private func packA(
    _ a: UnsafePointer<Float>, _ aStride: Int, transposed: Bool, rows: Int, depth: Int, into panels: Floats
  ) {
    for terms in runs(depth, contiguous: !transposed) {
      for panel in Portions(of: rows, atMost: kernels.table.tile_rows) {
        let (count, out) = (panel.count, panels + panel.lowerBound * depth + terms.lowerBound * panel.count)
        if transposed {
          let source = a + terms.lowerBound * aStride + panel.lowerBound
          kernels.table.pack_columns(out, count, source, aStride, count, terms.count)
        } else {
          kernels.table.pack_rows(out, count, a + panel.lowerBound * aStride, aStride, count, depth)
        }
      }
    }
  }

  private func packB(
    _ b: UnsafePointer<Float>, _ bStride: Int, transposed: Bool, columns: Int, depth: Int, into panels: Floats
  ) {
    for terms in runs(depth, contiguous: transposed) {
      for column in stride(from: 0, to: columns, by: 2 * lanes) {
        let count = min(2 * lanes, columns - column)
        let width = count > lanes ? 2 * lanes : lanes
        let out = panels + column * depth + terms.lowerBound * width
        if transposed {
          kernels.table.pack_rows(out, width, b + column * bStride, bStride, count, depth)
        } else {
          kernels.table.pack_columns(out, width, b + terms.lowerBound * bStride + column, bStride, count, terms.count)
        }
      }
    }
  }

  /// Terms that are packed at once: all if the terms of a row are contiguous in memory. Otherwise few, because then a
  /// cache line holds elements of several panels, which are used while the line is in the cache.
  private func runs(_ depth: Int, contiguous: Bool) -> Portions {
    Portions(of: depth, atMost: contiguous ? depth : 32)
  }
}

/// Cuts `count` elements into the fewest portions of at most `limit`, of nearly equal size: no tile has only a few
/// rows.
private struct Portions: Sequence, IteratorProtocol {
  private let count: Int
  private let portions: Int
  private var index = 0

  init(of count: Int, atMost limit: Int) {
    self.count = count
    portions = (count + limit - 1) / limit
  }

  mutating func next() -> Range<Int>? {
    if index == portions { return nil }
    defer { index += 1 }
    return index * count / portions..<(index + 1) * count / portions
  }
}
