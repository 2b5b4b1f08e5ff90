import Numerics

/// The configured algorithms of a run's convolutions. Algorithms change the bits of a result, so their choice depends
/// on the configuration, the shard size and the instruction set, never on the ranks.
package struct KernelSettings: Hashable, Sendable {
  /// The passes of a convolution in a step.
  package enum Pass: String, CaseIterable, Sendable {
    case forward
    /// The gradient of its input.
    case data
    /// The gradient of its weights.
    case weights

    /// The corresponding pass of the convolution from the large map to the small one.
    package func role(isTransposed: Bool) -> ConvolutionPass {
      switch self {
      case .forward: isTransposed ? .backwardData : .forward
      case .data: isTransposed ? .forward : .backwardData
      case .weights: .backwardWeights
      }
    }
  }

  /// The configured algorithm of each pass of a layer; nil for the automatic choice.
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

    package init(_ choice: ConvolutionChoice, isTransposed: Bool) {
      self.init()
      for pass in Pass.allCases { self[pass] = choice[pass.role(isTransposed: isTransposed)] }
    }

    package subscript(pass: Pass) -> ConvolutionAlgorithm? {
      get {
        switch pass {
        case .forward: forward
        case .data: data
        case .weights: weights
        }
      }
      set {
        switch pass {
        case .forward: forward = newValue
        case .data: data = newValue
        case .weights: weights = newValue
        }
      }
    }
  }

  /// For all passes that `layers` does not set; nil for the automatic choice.
  package var algorithm: ConvolutionAlgorithm?
  /// By network and index in nn.Sequential, for example `discriminator.2`.
  package var layers: [String: Layer]
  /// The instruction set that the layers' algorithms were chosen for; nil if unknown. It affects no choice.
  package var instructionSet: InstructionSet?

  package init(
    algorithm: ConvolutionAlgorithm? = nil, layers: [String: Layer] = [:], instructionSet: InstructionSet? = nil
  ) {
    self.algorithm = algorithm
    self.layers = layers
    self.instructionSet = instructionSet
  }

  /// The choice for one convolution; `direct` replaces algorithms that do not support it.
  package func choice(
    _ name: String, _ geometry: ConvolutionGeometry, isTransposed: Bool, samplesPerShard: Int,
    _ instructionSet: InstructionSet
  ) -> ConvolutionChoice {
    let layer = layers[name] ?? Layer()
    var choice =
      algorithm.map { ConvolutionChoice($0) }
      ?? .automatic(geometry, samplesPerShard: samplesPerShard, instructionSet: instructionSet)
    for pass in Pass.allCases {
      if let asked = layer[pass] { choice[pass.role(isTransposed: isTransposed)] = asked }
    }
    for pass in ConvolutionPass.allCases where !choice[pass].suits(geometry) { choice[pass] = .direct }
    return choice
  }
}

extension KernelSettings {
  /// The same choices, with the automatic ones written out for each layer.
  package func withAllChosen(
    for model: ModelSpecification, samplesPerShard: Int, _ instructionSet: InstructionSet
  ) throws(ShapeError) -> KernelSettings {
    var chosen = KernelSettings(instructionSet: self.instructionSet ?? instructionSet)
    for layer in try model.convolutions() {
      let choice = choice(
        layer.name, layer.geometry, isTransposed: layer.isTransposed, samplesPerShard: samplesPerShard, instructionSet)
      chosen.layers[layer.name] = Layer(choice, isTransposed: layer.isTransposed)
    }
    return chosen
  }

  /// The settings of a continued run: these algorithms, and for passes that they do not set, those of `recorded`.
  package func continuing(
    _ recorded: KernelSettings, with model: ModelSpecification
  ) throws(ShapeError) -> KernelSettings {
    var continued = recorded
    for layer in try model.convolutions() {
      for pass in Pass.allCases {
        let general = algorithm.map { $0.suits(layer.geometry) ? $0 : .direct }
        guard let asked = layers[layer.name]?[pass] ?? general else { continue }
        continued.layers[layer.name, default: Layer()][pass] = asked
      }
    }
    return continued
  }
}

/// A convolution of a model, with its name in the settings.
package struct NamedConvolution: Sendable {
  /// `generator` or `discriminator`.
  package let network: String
  /// Index in nn.Sequential.
  package let index: Int
  package let isTransposed: Bool
  package let geometry: ConvolutionGeometry

  /// For example `discriminator.2`.
  package var name: String { "\(network).\(index)" }
}

extension ModelSpecification {
  /// The convolutions of both networks, in order.
  package func convolutions() throws(ShapeError) -> [NamedConvolution] {
    try named("generator", generatorLayers, from: latentShape)
      + named("discriminator", discriminatorLayers, from: imageShape)
  }

  private func named(
    _ network: String, _ layers: [LayerSpecification], from input: Shape
  ) throws(ShapeError) -> [NamedConvolution] {
    let indices = layers.indices.filter { layers[$0].window != nil }
    return zip(indices, try GAN.convolutions(of: layers, from: input)).map { index, layer in
      NamedConvolution(
        network: network, index: index, isTransposed: layer.isTransposed, geometry: layer.geometry)
    }
  }
}
