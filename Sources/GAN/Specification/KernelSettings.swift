import Tensor

/// Which algorithms a run's convolutions use, where somebody has asked for some. They decide the bits, so they are a
/// function of the configuration, the shard size and the instruction set, never of the ranks.
package struct KernelSettings: Hashable, Sendable {
  /// What a layer is asked to use for its forward pass, the gradient of its input and that of its weights; nil for the
  /// automatic choice.
  package struct Layer: Hashable, Sendable {
    package var forward: ConvolutionAlgorithm?
    package var data: ConvolutionAlgorithm?
    package var weights: ConvolutionAlgorithm?

    package init(
      forward: ConvolutionAlgorithm? = nil, data: ConvolutionAlgorithm? = nil, weights: ConvolutionAlgorithm? = nil
    ) {
      self.forward = forward
      self.data = data
      self.weights = weights
    }
  }

  /// For all layers of which `layers` says nothing; nil for the automatic choice.
  package var algorithm: ConvolutionAlgorithm?
  /// By network and index as nn.Sequential counts, for example `discriminator.2`.
  package var layers: [String: Layer]

  package init(algorithm: ConvolutionAlgorithm? = nil, layers: [String: Layer] = [:]) {
    self.algorithm = algorithm
    self.layers = layers
  }

  /// The choice for one convolution; algorithms that do not suit it give way to `direct`.
  func choice(
    _ name: String, _ geometry: ConvolutionGeometry, isTransposed: Bool, samplesPerShard: Int,
    _ instructionSet: InstructionSet
  ) -> ConvolutionChoice {
    let layer = layers[name] ?? Layer()
    var choice =
      algorithm.map { ConvolutionChoice($0) }
      ?? .automatic(geometry, samplesPerShard: samplesPerShard, instructionSet: instructionSet)
    if let forward = layer.forward { choice[isTransposed ? .expand : .reduce] = forward }
    if let data = layer.data { choice[isTransposed ? .reduce : .expand] = data }
    if let weights = layer.weights { choice.weightGradient = weights }
    for pass in ConvolutionPass.allCases where !choice[pass].suits(geometry) { choice[pass] = .direct }
    return choice
  }
}
