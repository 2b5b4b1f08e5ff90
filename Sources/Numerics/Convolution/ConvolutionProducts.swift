/// What a convolution computes, seen from its large and its small map.
package enum ConvolutionPass: CaseIterable, Sendable {
  case reduce
  case expand
  case weightGradient
}

/// C[rows × columns] = A[rows × inner] · B[inner × columns], and how A and B are stored.
package struct ProductShape: Hashable, Sendable {
  package var rows: Int
  package var columns: Int
  package var inner: Int
  package var transposingA = false
  package var transposingB = false

  package var multiplyAdds: Int { rows * columns * inner }
}

/// How the patch matrix is cut into products.
extension ConvolutionGeometry {
  /// Rows of a patch matrix in one product; fixed, because a cut changes the rounding of a weight gradient.
  static let rowsPerProduct = 2048

  /// Samples whose patches are multiplied at once: enough rows for an efficient product.
  var samplesPerBlock: Int { max(1, 256 / small.area) }
  /// Taps whose weight gradients are one unit of work.
  var tapsPerBlock: Int { min(taps, max(1, 256 / large.channels)) }
  /// Samples of a shard whose pixels are summed by one product.
  var samplesPerSum: Int { max(1, Self.rowsPerProduct / small.area) }

  /// The products of one pass of `PatchConvolution` over shards of these sizes.
  package func products(_ pass: ConvolutionPass, shardSizes: [Int]) -> [ProductShape] {
    shardSizes.flatMap { size in
      switch pass {
      case .reduce:
        counts(size, by: samplesPerBlock).map {
          ProductShape(rows: $0 * small.area, columns: small.channels, inner: patch)
        }
      case .expand:
        counts(size, by: samplesPerBlock).map {
          ProductShape(rows: $0 * small.area, columns: patch, inner: small.channels, transposingB: true)
        }
      case .weightGradient:
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
