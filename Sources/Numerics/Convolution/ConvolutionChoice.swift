/// Which algorithm computes each pass of a convolution.
package struct ConvolutionChoice: Hashable, Sendable {
  package var reduce: ConvolutionAlgorithm
  package var expand: ConvolutionAlgorithm
  package var weightGradient: ConvolutionAlgorithm

  package init(reduce: ConvolutionAlgorithm, expand: ConvolutionAlgorithm, weightGradient: ConvolutionAlgorithm) {
    self.reduce = reduce
    self.expand = expand
    self.weightGradient = weightGradient
  }

  /// One algorithm for all passes.
  package init(_ algorithm: ConvolutionAlgorithm) {
    self.init(reduce: algorithm, expand: algorithm, weightGradient: algorithm)
  }

  package subscript(pass: ConvolutionPass) -> ConvolutionAlgorithm {
    get {
      switch pass {
      case .reduce: reduce
      case .expand: expand
      case .weightGradient: weightGradient
      }
    }
    set {
      switch pass {
      case .reduce: reduce = newValue
      case .expand: expand = newValue
      case .weightGradient: weightGradient = newValue
      }
    }
  }
}

extension ConvolutionChoice {
  /// The choice for a convolution whose shards have so many samples, where nobody has asked for another: a function of
  /// its arguments alone, because it decides the bits.
  ///
  /// It is that of the nearest measured convolution (`MeasuredConvolution.distance`), and where none is near, F4 for
  /// what it is made for.
  package static func automatic(
    _ geometry: ConvolutionGeometry, samplesPerShard: Int, instructionSet: InstructionSet
  ) -> ConvolutionChoice {
    let measured = MeasuredConvolution(geometry, samplesPerShard: samplesPerShard, instructionSet)
    return measured.nearest(in: MeasuredConvolution.table)?.choice ?? plain(geometry)
  }

  /// The rule where nothing alike has been measured.
  private static func plain(_ geometry: ConvolutionGeometry) -> ConvolutionChoice {
    let channels = min(geometry.large.channels, geometry.small.channels)
    // A map below 3 × 3 is hardly a tile, and a point's product of a few channels hardly a product.
    let isWorthwhile = channels >= 16 && geometry.small.height > 2 && geometry.small.width > 2
    return Self(isWorthwhile && ConvolutionAlgorithm.winograd4.suits(geometry) ? .winograd4 : .direct)
  }
}
