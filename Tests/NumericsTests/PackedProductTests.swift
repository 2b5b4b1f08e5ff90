import Glibc
import Numerics
import Testing

@Suite struct PackedProductTests {
  struct Size: CustomTestStringConvertible, Sendable {
    let rows: Int
    let columns: Int
    let inner: Int
    var testDescription: String { "\(rows)×\(columns)×\(inner)" }

    init(_ rows: Int, _ columns: Int, _ inner: Int) { (self.rows, self.columns, self.inner) = (rows, columns, inner) }

    /// Sizes around the tiles of every instruction set and around the cuts of blocks, and thin matrices.
    static let ragged = [
      Size(1, 1, 1), Size(6, 16, 8), Size(7, 17, 9), Size(13, 31, 100), Size(14, 32, 16), Size(15, 33, 17),
      Size(4, 8, 3), Size(5, 9, 257), Size(29, 65, 256), Size(64, 1, 600), Size(1, 70, 300), Size(3, 48, 513),
      Size(257, 5, 7), Size(300, 16, 31), Size(2, 515, 12), Size(18, 1030, 260), Size(512, 40, 64), Size(9, 10, 1026),
    ]
  }

  /// Two stored matrices, and the destination of their product.
  private struct Operands {
    let size: Size
    let transposingA: Bool
    let transposingB: Bool
    let aStride: Int
    let bStride: Int
    let cStride: Int
    let a: [Float]
    let b: [Float]
    let c: [Float]

    /// - Parameter gap: floats between the rows of each matrix.
    init(_ size: Size, _ transposingA: Bool, _ transposingB: Bool, gap: Int) {
      self.size = size
      self.transposingA = transposingA
      self.transposingB = transposingB
      aStride = (transposingA ? size.rows : size.inner) + gap
      bStride = (transposingB ? size.inner : size.columns) + 2 * gap
      cStride = size.columns + 3 * gap
      a = normals((transposingA ? size.inner : size.rows) * aStride, seed: 1)
      b = normals((transposingB ? size.columns : size.inner) * bStride, seed: 2)
      c = normals(size.rows * cStride, seed: 3)
    }

    /// The product by its definition, in double.
    func truth(accumulating: Bool) -> [Double] {
      var result: [Double] = []
      for row in 0..<size.rows {
        for column in 0..<size.columns {
          var sum = accumulating ? Double(c[row * cStride + column]) : 0
          for k in 0..<size.inner {
            let left = a[transposingA ? k * aStride + row : row * aStride + k]
            let right = b[transposingB ? column * bStride + k : k * bStride + column]
            sum += Double(left) * Double(right)
          }
          result.append(sum)
        }
      }
      return result
    }
  }

  /// The product with each matrix at the end of its memory, before a page that faults.
  private func product(_ kernels: Kernels, _ operands: Operands, accumulating: Bool) -> [Float] {
    let size = operands.size
    let product = PackedProduct(kernels)
    let scratchCount = product.scratch(rows: size.rows, columns: size.columns, inner: size.inner)
    // The last row of a matrix has no gap after it.
    let aCount = operands.a.count - (operands.aStride - (operands.transposingA ? size.rows : size.inner))
    let bCount = operands.b.count - (operands.bStride - (operands.transposingB ? size.inner : size.columns))
    let a = GuardedFloats(Array(operands.a.prefix(aCount)))
    let b = GuardedFloats(Array(operands.b.prefix(bCount)))
    let c = GuardedFloats(Array(operands.c.prefix(operands.c.count - (operands.cStride - size.columns))))
    let scratch = GuardedFloats([Float](repeating: .nan, count: scratchCount))
    product.multiply(
      rows: size.rows, columns: size.columns, inner: size.inner, a.start, stride: operands.aStride,
      transposingA: operands.transposingA, b.start, stride: operands.bStride, transposingB: operands.transposingB,
      into: c.start, stride: operands.cStride, accumulating: accumulating, scratch: scratch.start)
    var result: [Float] = []
    for row in 0..<size.rows {
      let start = row * operands.cStride
      result += array(c.start + start, size.columns)
      guard row + 1 < size.rows else { break }
      let gap = start + size.columns..<start + operands.cStride
      #expect(array(c.start + gap.lowerBound, gap.count) == Array(operands.c[gap]), "written between C's rows")
    }
    return result
  }

  @Test(arguments: Kernels.available, Size.ragged)
  func agreesWithTheDefinition(_ kernels: Kernels, _ size: Size) {
    for (transposingA, transposingB) in [(false, false), (true, false), (false, true), (true, true)] {
      for (gap, accumulating) in [(0, false), (0, true), (3, true), (40, false)] {
        let operands = Operands(size, transposingA, transposingB, gap: gap)
        let found = product(kernels, operands, accumulating: accumulating)
        let error = rmsError(found, operands.truth(accumulating: accumulating))
        var sum = SummedProducts(PackedProduct.runs, isFused: kernels.isFused, onto: accumulating ? 1 : 0)
        sum.append(1, count: size.inner)
        sum.endRun()
        let bound = RoundingModel.bound(
          loss: sum.loss, outputs: found.count, values: size.inner * min(size.rows, size.columns))
        #expect(error <= bound, "transposing \(transposingA), \(transposingB), gap \(gap): \(error), bound \(bound)")
      }
    }
  }

  /// The order of summation to the bit: one chain for each run, then the runs' sums in order.
  @Test(arguments: Kernels.available, [1, 512, 513, 1026, 1537])
  func sumsInTheStatedOrder(_ kernels: Kernels, _ inner: Int) {
    let (rows, columns) = (3, 5)
    let operands = Operands(Size(rows, columns, inner), false, false, gap: 0)
    let expected = (0..<rows * columns).map { element in
      var sum = operands.c[element]
      for first in stride(from: 0, to: inner, by: 512) {
        var chain: Float = 0
        for k in first..<min(first + 512, inner) {
          let (left, right) = (operands.a[element / columns * inner + k], operands.b[k * columns + element % columns])
          chain = kernels.isFused ? chain.addingProduct(left, right) : chain + left * right
        }
        sum += chain
      }
      return sum
    }
    #expect(bits(product(kernels, operands, accumulating: true)) == bits(expected))
  }

  /// An element's bits do not depend on the other rows and columns of the call.
  @Test(arguments: Kernels.available)
  func companyChangesNoBit(_ kernels: Kernels) {
    let whole = Operands(Size(61, 83, 300), false, false, gap: 0)
    let together = product(kernels, whole, accumulating: true)
    let product = PackedProduct(kernels)
    for (rows, columns) in [(0..<1, 0..<1), (3..<8, 0..<83), (17..<61, 5..<38), (60..<61, 66..<83), (0..<61, 82..<83)] {
      let (a, b, c) = (floats(whole.a), floats(whole.b), floats(whole.c))
      let scratch = zeros(product.scratch(rows: rows.count, columns: columns.count, inner: 300))
      product.multiply(
        rows: rows.count, columns: columns.count, inner: 300, a + rows.lowerBound * 300, stride: 300,
        b + columns.lowerBound, stride: 83, into: c + rows.lowerBound * 83 + columns.lowerBound, stride: 83,
        accumulating: true, scratch: scratch)
      for row in rows {
        let place = row * 83 + columns.lowerBound
        #expect(
          bits(array(c + place, columns.count)) == bits(Array(together[place..<place + columns.count])),
          "row \(row) of \(rows), columns \(columns)")
      }
    }
  }

  /// Whether a matrix is stored transposed does not change the result.
  @Test(arguments: Kernels.available)
  func storageChangesNoBit(_ kernels: Kernels) {
    let size = Size(31, 45, 290)
    let plain = Operands(size, false, false, gap: 0)
    let truth = product(kernels, plain, accumulating: false)
    func transposed(_ x: [Float], _ rows: Int, _ columns: Int) -> [Float] {
      (0..<columns).flatMap { column in (0..<rows).map { x[$0 * columns + column] } }
    }
    let (a, b) = (floats(transposed(plain.a, 31, 290)), floats(transposed(plain.b, 290, 45)))
    let c = floats([Float](repeating: .nan, count: 31 * 45))
    let product = PackedProduct(kernels)
    product.multiply(
      rows: 31, columns: 45, inner: 290, a, stride: 31, transposingA: true, b, stride: 290, transposingB: true, into: c,
      stride: 45, scratch: zeros(product.scratch(rows: 31, columns: 45, inner: 290)))
    #expect(bits(array(c, 31 * 45)) == bits(truth))
  }

  /// A sum without terms is zero, or the old value if accumulating.
  @Test(arguments: Kernels.available)
  func noTermsAreZero(_ kernels: Kernels) {
    let product = PackedProduct(kernels)
    let (nothing, c) = (zeros(1), floats([1, 2, 3, 4]))
    for accumulating in [true, false] {
      product.multiply(
        rows: 2, columns: 2, inner: 0, nothing, stride: 1, nothing, stride: 2, into: c, stride: 2,
        accumulating: accumulating, scratch: zeros(product.scratch(rows: 2, columns: 2, inner: 0)))
      #expect(array(c, 4) == (accumulating ? [1, 2, 3, 4] : [0, 0, 0, 0]))
    }
  }
}

/// Floats between two pages that fault on access. The last float ends at the second page; the bytes before the first
/// float are canaries.
private final class GuardedFloats {
  let start: Floats
  private let region: UnsafeMutableRawPointer
  private let size: Int
  private let canaries: UnsafeMutableRawBufferPointer

  init(_ values: [Float]) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = values.count * 4
    let inside = (bytes + page) / page * page
    size = inside + 2 * page
    region = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    mprotect(region, page, PROT_NONE)
    mprotect(region + page + inside, page, PROT_NONE)
    start = (region + page + inside - bytes).bindMemory(to: Float.self, capacity: values.count)
    start.update(from: values, count: values.count)
    canaries = .init(start: region + page, count: inside - bytes)
    _ = canaries.initializeMemory(as: UInt8.self, repeating: 0xA5)
  }

  deinit {
    precondition(canaries.allSatisfy { $0 == 0xA5 }, "written before the first element")
    munmap(region, size)
  }
}
