import Numerics

/// Builds layers from a layer list: infers shapes, allocates parameters, and merges rectifiers into the batch norm
/// before them.
struct LayerPlan {
  private(set) var layers: [any Layer] = []
  /// For each layer, the place of the layer whose output it takes; −1 for the network's input.
  private(set) var sources: [Int] = []
  private(set) var parameters = ParameterAllocator()
  private(set) var buffers = ParameterAllocator()
  private let network: String
  private let groups: Int
  private let runningUpdates: Int
  private let engine: Engine
  private var context: ComputeContext { engine.context }

  /// - Parameters:
  ///   - network: name of the network.
  ///   - groups: the most groups of a pass.
  ///   - runningUpdates: updates of batch norm's running statistics in a training pass.
  init(network: String, groups: Int, runningUpdates: Int, engine: Engine) {
    self.network = network
    self.groups = groups
    self.runningUpdates = runningUpdates
    self.engine = engine
  }

  /// Appends the layer of an operation on the network's input; it is none of nn.Sequential's layers.
  mutating func append(_ operation: InputOperation, input: Shape) {
    switch operation {
    case .noise(let deviation): layers.append(NoiseLayer(deviation: deviation, shape: input, context: context))
    case .augmentation(let augmentation):
      layers.append(AugmentationLayer(augmentation, shape: input, context: context))
    }
    sources.append(layers.count - 2)
  }

  /// Appends the layers of `specification`; `input` is the shape of one sample of the first one's input.
  mutating func append(_ specification: [LayerSpecification], input: Shape) throws(ShapeError) {
    let shapes = try inferredShapes(of: specification, from: FeatureShape(input)).map(\.sample)
    let starts = Set(specification.compactMap(\.branchStart))
    // For each entry, the place of the layer that computes its output.
    var places: [Int] = []
    // The places of the layers that branches start from.
    var shared: Set<Int> = []
    var source = layers.count - 1
    while places.count < specification.count {
      let index = places.count
      if let start = specification[index].branchStart {
        source = places[start]
        places.append(source)
        continue
      }
      // If a branch starts from an output, the next entry is not merged into its layer, and no later layer overwrites
      // it.
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
  /// - Parameter before: the layer whose output it may overwrite; nil if others need that output.
  /// - Returns: number of list entries that the layer computes.
  private mutating func append(
    _ entry: LayerSpecification, followedBy next: LayerSpecification?, at index: Int, input: Shape, output: Shape,
    overwriting before: (any Layer)?
  ) -> Int {
    switch entry {
    case .dense, .convolution, .transposedConvolution:
      layers.append(
        ConvolutionLayer(
          network: network, index: index, entry, input: input, output: output, allocator: &parameters,
          buffers: &buffers, engine: engine)
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
      // The network's input belongs to the caller, and an activation's derivative needs the activation's own output.
      let isInPlace = before.map { !($0 is ActivationLayer || $0.readsOutputValues) } ?? false
      layers.append(ActivationLayer(index: index, function, isInPlace: isInPlace, shape: output, context: context))
    case .reshape, .flatten:
      layers.append(ReshapeLayer(index: index, input: input, output: output, context: context))
    case .upsample(let scale, let mode):
      layers.append(UpsampleLayer(index: index, scale: scale, mode, input: input, output: output, context: context))
    case .dropout(let rate, let kind):
      layers.append(
        DropoutLayer(
          index: index, rate: rate, kind, isInPlace: before.map { !$0.readsOutputValues } ?? false, shape: output,
          context: context))
    case .branch: preconditionFailure("a branch is no layer")
    }
    return 1
  }
}

extension LayerSpecification {
  /// The entry that a branch starts from; nil for layers.
  fileprivate var branchStart: Int? {
    if case .branch(let start) = self { start } else { nil }
  }

  /// The slope below 0 of a rectifier; nil for other layers.
  fileprivate var rectifierSlope: Float? {
    switch self {
    case .relu: 0
    case .leakyRelu(let slope): slope
    default: nil
    }
  }
}
