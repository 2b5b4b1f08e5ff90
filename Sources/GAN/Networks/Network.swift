import Numerics

/// A generator or a discriminator: layers with their parameters, gradient sums and buffers, planned once.
package final class Network {
  /// Prefix of its tensors' names: `generator` or `discriminator`.
  package let name: String
  package let inputShape: Shape
  /// Shape of each output: one before each branch of the list, and the last, which `forward` returns.
  package let outputShapes: [Shape]
  /// Learned tensors, in the order of the layers.
  package let tensors: [ParameterTensor]
  /// Batch norm's running statistics, in the order of the layers.
  package let bufferTensors: [ParameterTensor]
  package let parameters: Floats
  package let buffers: Floats
  /// Sums of gradients for each group and node; nil for a network that is not trained.
  package private(set) var sums: NodeBuffers?
  package let parameterCount: Int
  /// Called after each layer with the tensor that it wrote, forward and backward; for checks.
  package var inspect: ((LayerEvent) throws -> Void)?
  /// Whether a layer may begin on parts of the previous layer's output, which saves a pass over memory and changes no
  /// bit. Must be false if `inspect` reads each layer's own output.
  package var fusesLayers = true

  /// The scalars that its layers need of the whole gradient; nil if they need none.
  package let scalars: LayerScalars?

  /// Floats of the flat parameters, with the gaps between tensors.
  package let flatCount: Int

  let layers: [any Layer]
  /// For each layer, the place of the layer whose output it takes: the one before it, except for the first layer of a
  /// branch; −1 for the input.
  let sources: [Int]
  /// For each layer, the places of the first layers of the branches from its output, in order.
  let branches: [[Int]]
  /// The places of the layers that compute the network's outputs.
  let outputPlaces: [Int]
  let engine: Engine
  var context: ComputeContext { engine.context }
  let spectralNorms: [SpectralNorm]
  let specification: [LayerSpecification]
  private let inputOperations: [InputOperation]
  /// The most groups of a pass.
  private let groups: Int
  private let runningUpdates: Int
  /// Parts of the flat memory between tensors.
  private let gaps: [Range<Int>]

  /// - Parameters:
  ///   - specification: the layer list; the shapes must fit (`inferredShapes`).
  ///   - input: shape of one sample of the input.
  ///   - inputOperations: operations on the input before the layers.
  ///   - groups: the most groups of a pass.
  ///   - runningUpdates: updates of batch norm's running statistics in a training pass.
  ///   - other: a network of the same layers that shares its parameters and buffers with this one.
  package init(
    name: String, layers specification: [LayerSpecification], input: Shape, inputOperations: [InputOperation] = [],
    groups: Int,
    runningUpdates: Int = 1, sharing other: Network? = nil, engine: Engine
  ) throws(ShapeError) {
    self.name = name
    self.specification = specification
    self.inputOperations = inputOperations
    self.groups = groups
    self.runningUpdates = runningUpdates
    self.engine = engine
    var plan = LayerPlan(network: name, groups: groups, runningUpdates: runningUpdates, engine: engine)
    for operation in inputOperations { plan.append(operation, input: input) }
    try plan.append(specification, input: input)
    let (layers, sources) = (plan.layers, plan.sources)
    self.layers = layers
    self.sources = sources
    inputShape = input.with(samples: 1)
    branches = layers.indices.map { place in layers.indices.filter { sources[$0] == place && $0 > place + 1 } }
    let outputPlaces = layers.indices.filter { $0 + 1 == layers.count || sources[$0 + 1] != $0 }
    self.outputPlaces = outputPlaces
    outputShapes = outputPlaces.map { layers[$0].outputShape }
    tensors = layers.flatMap(\.parameters)
    bufferTensors = layers.flatMap(\.buffers)
    parameterCount = tensors.reduce(0) { $0 + $1.count }
    flatCount = plan.parameters.count
    gaps = tensors.map(\.gap).filter { !$0.isEmpty }
    parameters = other?.parameters ?? engine.arena.floats(flatCount)
    buffers = other?.buffers ?? engine.arena.floats(plan.buffers.count)
    for layer in layers { layer.attach(parameters: parameters, buffers: buffers) }
    spectralNorms = layers.compactMap { ($0 as? ConvolutionLayer)?.spectralNorm }
    let scalars =
      spectralNorms.isEmpty
      ? nil
      : LayerScalars(
        count: spectralNorms.count, groups: groups, reduction: engine.peers.reduction, arena: engine.arena)
    self.scalars = scalars
    if let scalars { for (number, norm) in spectralNorms.enumerated() { norm.attach(scalars, number: number) } }
    if other == nil {
      for tensor in bufferTensors where tensor.role == .runningVariance {
        for place in tensor.range { buffers[place] = 1 }
      }
    }
  }

  /// The same layers with the same parameters and buffers, planned with another engine.
  package convenience init(sharing other: Network, engine: Engine) {
    do {
      try self.init(
        name: other.name, layers: other.specification, input: other.inputShape, inputOperations: other.inputOperations,
        groups: other.groups, runningUpdates: other.runningUpdates, sharing: other, engine: engine)
    } catch { preconditionFailure("a network's layers fit: \(error)") }
  }

  /// Shape of the last output; of the only one in a network without branches.
  package var outputShape: Shape { outputShapes[outputShapes.count - 1] }
  var hasBranches: Bool { outputPlaces.count > 1 }
  /// Indices of the outputs.
  package var outputs: Range<Int> { outputPlaces.indices }
  /// Weight of an output in a mean over all outputs.
  package var outputShare: Double { 1 / Double(outputPlaces.count) }

  /// Index of the output that the layer at `place` computes; nil if it computes none.
  func outputNumber(of place: Int) -> Int? { outputPlaces.firstIndex(of: place) }

  /// Whether the layer at `place` takes an output other than that of the layer before it.
  func startsBranch(_ place: Int) -> Bool { sources[place] != place - 1 }

  /// Floats of the sums of gradients.
  package var sumsCount: Int { groups * engine.peers.reduction.nodes.count * flatCount }

  /// Sets the memory of `sumsCount` floats for the sums; others may use it while no gradients are summed or read.
  package func attach(sums memory: Floats) {
    sums = NodeBuffers(
      groups: groups, nodes: engine.peers.reduction.nodes.count, count: flatCount, at: memory)
  }

  /// Sets the sums of one group to 0.
  func clearSums(ofGroup group: Int) {
    guard let sums else { preconditionFailure("\(name) has no memory for gradients") }
    for node in 0..<sums.nodes { sums[group: group, node: node].update(repeating: 0, count: flatCount) }
    scalars?.clear(group: group)
  }

  /// One iteration of the estimates of singular vectors; at the beginning of an update.
  package func iterateSpectralNorms() {
    for norm in spectralNorms { norm.iterate() }
  }

  /// Applies to a complete gradient what needs a scalar of the whole of it.
  ///
  /// - Parameter range: its elements among the flat parameters.
  func completeGradient(_ gradient: Floats, _ range: Range<Int>) {
    for norm in spectralNorms { norm.completeGradient(gradient, range) }
  }

  /// Sets the gaps between tensors to 0: they are exchanged and updated, too, so they must be equal on all ranks.
  func clearGaps() {
    guard let sums else { preconditionFailure("\(name) has no memory for gradients") }
    for group in 0..<sums.groups {
      for node in 0..<sums.nodes {
        for gap in gaps { (sums[group: group, node: node] + gap.lowerBound).update(repeating: 0, count: gap.count) }
      }
    }
  }
}
