/// The algorithm of each pass of a convolution.
package struct ConvolutionChoice: Hashable, Sendable {
  package var forward: ConvolutionAlgorithm
  package var backwardData: ConvolutionAlgorithm
  package var backwardWeights: ConvolutionAlgorithm

  package init(forward: ConvolutionAlgorithm, backwardData: ConvolutionAlgorithm, backwardWeights: ConvolutionAlgorithm)
  {
    self.forward = forward
    self.backwardData = backwardData
    self.backwardWeights = backwardWeights
  }

  /// One algorithm for all passes.
  package init(_ algorithm: ConvolutionAlgorithm) {
    self.init(forward: algorithm, backwardData: algorithm, backwardWeights: algorithm)
  }

  package subscript(pass: ConvolutionPass) -> ConvolutionAlgorithm {
    get {
      switch pass {
      case .forward: forward
      case .backwardData: backwardData
      case .backwardWeights: backwardWeights
      }
    }
    set {
      switch pass {
      case .forward: forward = newValue
      case .backwardData: backwardData = newValue
      case .backwardWeights: backwardWeights = newValue
      }
    }
  }
}

extension ConvolutionChoice {
  /// The choice if the configuration asks for none. It depends on the arguments alone, because it decides the bits.
  ///
  /// It is the choice of the nearest measured convolution (`MeasuredConvolution.distance`). If none is near, it is F4
  /// for convolutions with enough channels and pixels, else `direct`.
  package static func automatic(
    _ geometry: ConvolutionGeometry, samplesPerShard: Int, instructionSet: InstructionSet
  ) -> ConvolutionChoice {
    let measured = MeasuredConvolution(geometry, samplesPerShard: samplesPerShard, instructionSet)
    return measured.nearest(in: MeasuredConvolution.table)?.choice ?? plain(geometry)
  }

  /// The rule if no similar convolution has been measured.
  private static func plain(_ geometry: ConvolutionGeometry) -> ConvolutionChoice {
    let channels = min(geometry.large.channels, geometry.small.channels)
    // A map below 3 × 3 does not fill a tile, and products over a few channels are too small to be efficient.
    let isWorthwhile = channels >= 16 && geometry.small.height > 2 && geometry.small.width > 2
    return Self(isWorthwhile && ConvolutionAlgorithm.winograd4.suits(geometry) ? .winograd4 : .direct)
  }
}
