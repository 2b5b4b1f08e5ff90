import Numerics

/// From a layer list to layers: shapes inferred, places for parameters given out, rectifiers merged into the batch norm
/// before them.
struct LayerPlan {
  private(set) var layers: [any Layer] = []
  /// For each layer the place of the one whose output it takes; −1 for the network's input.
  private(set) var sources: [Int] = []
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
    sources.append(layers.count - 2)
  }

  /// Appends the layers of `specification`, the first of which sees samples of shape `input`.
  mutating func append(_ specification: [LayerSpecification], input: Shape) throws(ShapeError) {
    let shapes = try inferredShapes(of: specification, from: FeatureShape(input)).map(\.sample)
    let starts = Set(specification.compactMap(\.branchStart))
    // Of each entry, the place of the layer that makes its output.
    var places: [Int] = []
    // The places that branches start from.
    var shared: Set<Int> = []
    var source = layers.count - 1
    while places.count < specification.count {
      let index = places.count
      if let start = specification[index].branchStart {
        source = places[start]
        places.append(source)
        continue
      }
      // An output that a branch starts from has a layer of its own, and no layer after it overwrites it.
      let next = index + 1 < specification.count && !starts.contains(index) ? specification[index + 1] : nil
      let count = append(
        specification[index], followedBy: next, at: index, input: index == 0 ? input : shapes[index - 1],
        output: shapes[index], overwriting: source < 0 || shared.contains(source) ? nil : layers[source])
      sources.append(source)
      source = layers.count - 1
      places += Array(repeating: source, count: count)
      if (index..<index + count).contains(where: starts.contains) { shared.insert(source) }
    }
  }

  /// Appends one layer.
  ///
  /// - Parameter before: the layer whose output it may overwrite; nil where others need that.
  /// - Returns: how many entries of the list it stands for.
  private mutating func append(
    _ entry: LayerSpecification, followedBy next: LayerSpecification?, at index: Int, input: Shape, output: Shape,
    overwriting before: (any Layer)?
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
      let isInPlace = before.map { !($0 is ActivationLayer) } ?? false
      layers.append(ActivationLayer(index: index, function, isInPlace: isInPlace, shape: output, context: context))
    case .reshape, .flatten:
      layers.append(ReshapeLayer(index: index, input: input, output: output, context: context))
    case .upsample(let scale, let mode):
      layers.append(UpsampleLayer(index: index, scale: scale, mode, input: input, output: output, context: context))
    case .dropout(let rate, let kind):
      layers.append(
        DropoutLayer(
          index: index, rate: rate, kind, isInPlace: before?.toleratesZeros ?? false, shape: output,
          context: context))
    case .branch: preconditionFailure("a branch is no layer")
    }
    return 1
  }
}

extension LayerSpecification {
  /// The entry that a branch starts from, nil for layers.
  fileprivate var branchStart: Int? {
    if case .branch(let start) = self { start } else { nil }
  }

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
