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
  package let sums: NodeBuffers?
  package let parameterCount: Int
  /// Called after each layer with what it wrote, forward and backward; for checks.
  package var inspect: ((LayerEvent) throws -> Void)?

  /// Floats of the flat parameters, with the gaps between tensors.
  package let flatCount: Int

  let layers: [any Layer]
  let context: LayerContext

  /// - Parameters:
  ///   - specification: the layer list; the shapes must fit (`inferredShapes`).
  ///   - input: shape of one sample of the input.
  ///   - groups: the most groups of a pass.
  ///   - isTrained: whether gradients will be needed.
  package init(
    name: String, layers specification: [LayerSpecification], input: Shape, groups: Int, isTrained: Bool,
    engine: Engine
  ) throws(ShapeError) {
    self.name = name
    context = engine.context
    var plan = LayerPlan(groups: groups, context: context)
    try plan.append(specification, input: input)
    layers = plan.layers
    inputShape = input.with(samples: 1)
    outputShape = layers.last?.outputShape ?? inputShape
    tensors = layers.flatMap(\.parameters)
    bufferTensors = layers.flatMap(\.buffers)
    parameterCount = tensors.reduce(0) { $0 + $1.count }
    flatCount = plan.parameters.count
    parameters = context.arena.floats(flatCount)
    buffers = context.arena.floats(plan.buffers.count)
    sums =
      isTrained
      ? NodeBuffers(
        groups: groups, nodes: context.peers.reduction.nodes.count, count: flatCount, in: context.arena)
      : nil
    for layer in layers { layer.attach(parameters: parameters, buffers: buffers) }
    for tensor in bufferTensors where tensor.role == .runningVariance {
      for place in tensor.range { buffers[place] = 1 }
    }
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
  ///   - gradient: in one of `buffers`; overwritten.
  ///   - teaching: whether to sum the parameters' gradients into `sums`.
  ///   - needsInputGradient: whether to compute the gradient of `input`.
  ///   - finished: called when a layer's gradients are complete, with its place in `layers`.
  /// - Returns: the gradient of the input, if asked for, in one of the buffers.
  package func backward(
    _ gradient: Tensor, input: Tensor, pass: Pass, layout: BatchLayout, buffers: GradientBuffers, teaching: Bool,
    needsInputGradient: Bool, finished: (_ layer: Int) throws -> Void = { _ in }
  ) throws -> Tensor? {
    var gradient = gradient
    for (place, layer) in layers.enumerated().reversed() {
      let before = place == 0 ? input : pass.record(place - 1, samples: layout.samples, input: input).output
      let record = pass.record(place, samples: layout.samples, input: before)
      let inputShape = place == 0 ? self.inputShape : layers[place - 1].outputShape
      let isWanted = place > 0 || needsInputGradient
      let movesOn = isWanted && !layer.overwritesGradient
      let next = movesOn ? buffers.other(than: gradient, shape: inputShape, layout.samples) : nil
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
