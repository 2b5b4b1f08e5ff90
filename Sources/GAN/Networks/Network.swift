import Tensor

/// A generator or a discriminator: layers with their parameters, gradient sums and buffers, planned once.
package final class Network {
  /// Prefix of its tensors' names: `generator` or `discriminator`.
  package let name: String
  package let inputShape: Shape
  package let outputShape: Shape
  /// Learned tensors, in the order of the layers.
  package let tensors: [ParameterTensor]
  /// Batch norm's running statistics, in the order of the layers.
  package let bufferTensors: [ParameterTensor]
  package let parameters: Floats
  package let buffers: Floats
  /// Sums of gradients for each group and node; nil for a network that is only to be run.
  package private(set) var sums: NodeBuffers?
  package let parameterCount: Int
  /// Called after each layer with what it wrote, forward and backward; for checks.
  package var inspect: ((LayerEvent) throws -> Void)?

  /// Floats of the flat parameters, with the gaps between tensors.
  package let flatCount: Int

  let layers: [any Layer]
  let context: LayerContext
  private let specification: [LayerSpecification]
  /// The most groups of a pass.
  private let groups: Int
  /// Parts of the flat memory between tensors.
  private let gaps: [Range<Int>]

  /// - Parameters:
  ///   - specification: the layer list; the shapes must fit (`inferredShapes`).
  ///   - input: shape of one sample of the input.
  ///   - groups: the most groups of a pass.
  ///   - other: a network of the same layers whose parameters and buffers this one uses, too.
  package init(
    name: String, layers specification: [LayerSpecification], input: Shape, groups: Int,
    sharing other: Network? = nil, engine: Engine
  ) throws(ShapeError) {
    self.name = name
    self.specification = specification
    self.groups = groups
    context = engine.context
    var plan = LayerPlan(network: name, groups: groups, context: context)
    try plan.append(specification, input: input)
    layers = plan.layers
    inputShape = input.with(samples: 1)
    outputShape = layers.last?.outputShape ?? inputShape
    tensors = layers.flatMap(\.parameters)
    bufferTensors = layers.flatMap(\.buffers)
    parameterCount = tensors.reduce(0) { $0 + $1.count }
    flatCount = plan.parameters.count
    gaps = tensors.map(\.gap).filter { !$0.isEmpty }
    parameters = other?.parameters ?? context.arena.floats(flatCount)
    buffers = other?.buffers ?? context.arena.floats(plan.buffers.count)
    for layer in layers { layer.attach(parameters: parameters, buffers: buffers) }
    if other == nil {
      for tensor in bufferTensors where tensor.role == .runningVariance {
        for place in tensor.range { buffers[place] = 1 }
      }
    }
  }

  /// The same layers with the same parameters and buffers, planned anew with another engine.
  package convenience init(sharing other: Network, engine: Engine) {
    do {
      try self.init(
        name: other.name, layers: other.specification, input: other.inputShape, groups: other.groups, sharing: other,
        engine: engine)
    } catch { preconditionFailure("a network's layers fit: \(error)") }
  }

  /// Floats of the sums of gradients.
  package var sumsCount: Int { groups * context.peers.reduction.nodes.count * flatCount }

  /// Takes over memory for `sumsCount` floats, which others may use where no gradients are summed or wanted.
  package func attach(sums memory: Floats) {
    sums = NodeBuffers(
      groups: groups, nodes: context.peers.reduction.nodes.count, count: flatCount, at: memory)
  }

  /// Runs the layers on `input`, whose samples are `layout`'s. Collective where there is batch norm on batch statistics.
  package func forward(_ input: Tensor, pass: Pass, layout: BatchLayout, mode: ForwardMode) throws -> Tensor {
    var value = input
    for (place, layer) in layers.enumerated() {
      let record = pass.record(place, samples: layout.samples, input: value)
      try layer.forward(value, into: record, layout: layout, mode: mode)
      value = record.output
      try inspect?(LayerEvent(network: name, layer: layer.index, kind: .output, tensor: value, layout: layout))
    }
    return value
  }

  /// Runs the layers backward from the gradient of the last output.
  ///
  /// - Parameters:
  ///   - pass: the gradient is in its `outputGradient`, and is overwritten.
  ///   - teaching: whether to sum the parameters' gradients into `sums`.
  ///   - needsInputGradient: whether to compute the gradient of `input`, as planned.
  ///   - finished: called when a layer's gradients are complete, with its place in `layers`.
  /// - Returns: the gradient of the input, if asked for.
  @discardableResult
  package func backward(
    input: Tensor, pass: Pass, layout: BatchLayout, teaching: Bool, needsInputGradient: Bool,
    finished: (_ layer: Int) throws -> Void = { _ in }
  ) throws -> Tensor? {
    if teaching { clearGaps() }
    var gradient = pass.outputGradient(layout.samples)
    for place in layers.indices.reversed() {
      let layer = layers[place]
      let before = place == 0 ? input : pass.record(place - 1, samples: layout.samples, input: input).output
      let record = pass.record(place, samples: layout.samples, input: before)
      let isWanted = place > 0 || needsInputGradient
      let next = isWanted ? pass.inputGradient(place, samples: layout.samples) : nil
      try layer.backward(
        gradient, input: before, record: record, inputGradient: next, sums: teaching ? sums : nil, layout: layout)
      if let next { gradient = next }
      if isWanted {
        try inspect?(
          LayerEvent(network: name, layer: layer.index, kind: .inputGradient, tensor: gradient, layout: layout))
      }
      try finished(place)
    }
    return needsInputGradient ? gradient : nil
  }

  /// What lies between the tensors is exchanged and updated with them, so it must be the same on all ranks.
  private func clearGaps() {
    guard let sums else { preconditionFailure("\(name) has no memory for gradients") }
    for group in 0..<sums.groups {
      for node in 0..<sums.nodes {
        for gap in gaps { (sums[group: group, node: node] + gap.lowerBound).update(repeating: 0, count: gap.count) }
      }
    }
  }
}

/// What a layer has just written.
package struct LayerEvent {
  package enum Kind: String, Sendable {
    case output = "output"
    case inputGradient = "gradient of the input"
  }
  package let network: String
  /// Counting as nn.Sequential does.
  package let layer: Int
  package let kind: Kind
  package let tensor: Tensor
  package let layout: BatchLayout
}
