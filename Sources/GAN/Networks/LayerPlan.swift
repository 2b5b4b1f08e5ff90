import Numerics

/// From a layer list to layers: shapes inferred, places for parameters given out, rectifiers merged into the batch norm
/// before them.
struct LayerPlan {
  private(set) var layers: [any Layer] = []
  private(set) var parameters = ParameterAllocator()
  private(set) var buffers = ParameterAllocator()
  private let network: String
  private let groups: Int
  private let runningUpdates: Int
  private let engine: Engine
  private var context: ComputeContext { engine.context }

  /// - Parameters:
  ///   - network: its name.
  ///   - groups: the most groups of a pass.
  ///   - runningUpdates: how often batch norm's running statistics move in a training pass.
  init(network: String, groups: Int, runningUpdates: Int, engine: Engine) {
    self.network = network
    self.groups = groups
    self.runningUpdates = runningUpdates
    self.engine = engine
  }

  /// Appends what is done to the network's input; it is none of nn.Sequential's layers.
  mutating func append(_ operation: InputOperation, input: Shape) {
    switch operation {
    case .noise(let deviation): layers.append(NoiseLayer(deviation: deviation, shape: input, context: context))
    }
  }

  /// Appends the layers of `specification`, the first of which sees samples of shape `input`.
  mutating func append(_ specification: [LayerSpecification], input: Shape) throws(ShapeError) {
    let shapes = try inferredShapes(of: specification, from: FeatureShape(input)).map(\.sample)
    var index = 0
    while index < specification.count {
      let before = index == 0 ? input : shapes[index - 1]
      let next = index + 1 < specification.count ? specification[index + 1] : nil
      index += append(specification[index], followedBy: next, at: index, input: before, output: shapes[index])
    }
  }

  /// Appends one layer.
  ///
  /// - Returns: how many entries of the list it stands for.
  private mutating func append(
    _ entry: LayerSpecification, followedBy next: LayerSpecification?, at index: Int, input: Shape, output: Shape
  ) -> Int {
    switch entry {
    case .dense, .convolution, .transposedConvolution:
      layers.append(
        ConvolutionLayer(
          network: network, index: index, entry, input: input, output: output, allocator: &parameters, engine: engine)
      )
    case .batchNorm(let batchNorm):
      let slope = next?.rectifierSlope
      layers.append(
        BatchNormLayer(
          index: index, batchNorm, slope: slope, shape: output, groups: groups, runningUpdates: runningUpdates,
          allocator: &parameters, buffers: &buffers, engine: engine))
      if slope != nil { return 2 }
    case .relu, .leakyRelu, .tanh:
      let function = entry.rectifierSlope.map { ActivationLayer.Function.leakyRelu(slope: $0) } ?? .tanh
      // The network's input is not ours to overwrite, and an activation's derivative needs its own output.
      let isInPlace = layers.last.map { !($0 is ActivationLayer) } ?? false
      layers.append(ActivationLayer(index: index, function, isInPlace: isInPlace, shape: output, context: context))
    case .reshape, .flatten:
      layers.append(ReshapeLayer(index: index, input: input, output: output, context: context))
    case .upsample(let scale, let mode):
      layers.append(UpsampleLayer(index: index, scale: scale, mode, input: input, output: output, context: context))
    case .dropout(let rate, let kind):
      layers.append(
        DropoutLayer(
          index: index, rate: rate, kind, isInPlace: layers.last?.toleratesZeros ?? false, shape: output,
          context: context))
    }
    return 1
  }
}

extension LayerSpecification {
  /// The slope below 0 of a rectifier, nil for other layers.
  fileprivate var rectifierSlope: Float? {
    switch self {
    case .relu: 0
    case .leakyRelu(let slope): slope
    default: nil
    }
  }
}

extension Layer {
  /// Whether numbers of its output may be replaced by 0 where its output's gradient is 0, too: it does not read its
  /// output, or reads nothing but signs.
  fileprivate var toleratesZeros: Bool { !needsOutput || !((self as? ActivationLayer)?.readsValues ?? false) }
}
