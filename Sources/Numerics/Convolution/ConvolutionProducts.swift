/// The passes of a convolution, named from the point of view of the ordinary convolution: see `Convolution`.
package enum ConvolutionPass: CaseIterable, Sendable {
  case forward
  case backwardData
  case backwardWeights
}

/// Sizes of a product C[rows × columns] = A[rows × inner] · B[inner × columns], and whether A and B are stored
/// transposed.
package struct ProductShape: Hashable, Sendable {
  package var rows: Int
  package var columns: Int
  package var inner: Int
  package var transposingA = false
  package var transposingB = false

  package var multiplyAdds: Int { rows * columns * inner }
}

/// How passes on the patch matrix are cut into matrix products.
extension ConvolutionGeometry {
  /// Rows of a patch matrix in one product. Fixed, because a cut changes the rounding of the weights' gradient.
  static let rowsPerProduct = 2048

  /// Samples whose patches are multiplied at once: enough rows for an efficient product.
  var samplesPerBlock: Int { max(1, 256 / small.area) }
  /// Taps of the weights that one unit of work of `backwardWeights` covers.
  var tapsPerBlock: Int { min(taps, max(1, 256 / large.channels)) }
  /// Samples of a shard whose pixels are summed by one product.
  var samplesPerSum: Int { max(1, Self.rowsPerProduct / small.area) }

  /// The products of one pass of `PatchConvolution` over shards of these sizes.
  package func products(_ pass: ConvolutionPass, shardSizes: [Int]) -> [ProductShape] {
    shardSizes.flatMap { size in
      switch pass {
      case .forward:
        counts(size, by: samplesPerBlock).map {
          ProductShape(rows: $0 * small.area, columns: small.channels, inner: patch)
        }
      case .backwardData:
        counts(size, by: samplesPerBlock).map {
          ProductShape(rows: $0 * small.area, columns: patch, inner: small.channels, transposingB: true)
        }
      case .backwardWeights:
        counts(taps, by: tapsPerBlock).flatMap { taps in
          counts(size, by: samplesPerSum).map {
            ProductShape(
              rows: taps * large.channels, columns: small.channels, inner: $0 * small.area, transposingA: true)
          }
        }
      }
    }
  }

  private func counts(_ total: Int, by step: Int) -> [Int] {
    Swift.stride(from: 0, to: total, by: step).map { min(step, total - $0) }
  }
}
