import Numerics

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
  /// Whether a layer may begin on what the one before has just written, which saves a way through memory and changes no
  /// bit; not where `inspect` is to see every layer's own output.
  package var fusesLayers = true

  /// Floats of the flat parameters, with the gaps between tensors.
  package let flatCount: Int

  let layers: [any Layer]
  let engine: Engine
  var context: ComputeContext { engine.context }
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
  ///   - inputOperations: what is done to the input before the layers.
  ///   - groups: the most groups of a pass.
  ///   - runningUpdates: how often batch norm's running statistics move in a training pass.
  ///   - other: a network of the same layers whose parameters and buffers this one uses, too.
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
    layers = plan.layers
    inputShape = input.with(samples: 1)
    outputShape = layers.last?.outputShape ?? inputShape
    tensors = layers.flatMap(\.parameters)
    bufferTensors = layers.flatMap(\.buffers)
    parameterCount = tensors.reduce(0) { $0 + $1.count }
    flatCount = plan.parameters.count
    gaps = tensors.map(\.gap).filter { !$0.isEmpty }
    parameters = other?.parameters ?? engine.arena.floats(flatCount)
    buffers = other?.buffers ?? engine.arena.floats(plan.buffers.count)
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
        name: other.name, layers: other.specification, input: other.inputShape, inputOperations: other.inputOperations,
        groups: other.groups, runningUpdates: other.runningUpdates, sharing: other, engine: engine)
    } catch { preconditionFailure("a network's layers fit: \(error)") }
  }

  /// Floats of the sums of gradients.
  package var sumsCount: Int { groups * engine.peers.reduction.nodes.count * flatCount }

  /// Takes over memory for `sumsCount` floats, which others may use where no gradients are summed or wanted.
  package func attach(sums memory: Floats) {
    sums = NodeBuffers(
      groups: groups, nodes: engine.peers.reduction.nodes.count, count: flatCount, at: memory)
  }

  /// Runs the layers on `input`, whose samples are `layout`'s. Collective where there is batch norm on batch statistics.
  package func forward(_ input: Tensor, pass: Pass, layout: BatchLayout, mode: ForwardMode) throws -> Tensor {
    var value = input
    beginForward(0, value, pass: pass, layout: layout, mode: mode)
    for (place, layer) in layers.enumerated() {
      let record = pass.record(place, samples: layout.samples, input: value)
      let output = record.output
      if fusesLayers, place + 1 < layers.count {
        let next = layers[place + 1]
        let nextRecord = pass.record(place + 1, samples: layout.samples, input: output)
        try layer.forward(value, into: record, layout: layout, mode: mode) { samples, channels in
          next.beginForward(output, into: nextRecord, samples: samples, channels: channels, mode: mode)
        }
      } else {
        try layer.forward(value, into: record, layout: layout, mode: mode) { _, _ in }
      }
      value = output
      try inspect?(LayerEvent(network: name, layer: layer.name, kind: .output, tensor: value, layout: layout))
      if !fusesLayers { beginForward(place + 1, value, pass: pass, layout: layout, mode: mode) }
    }
    return value
  }

  /// Lets the layer at `place`, if there is one, begin on the whole of its input.
  private func beginForward(_ place: Int, _ input: Tensor, pass: Pass, layout: BatchLayout, mode: ForwardMode) {
    guard place < layers.count else { return }
    let layer = layers[place]
    let record = pass.record(place, samples: layout.samples, input: input)
    context.threads.forEach(layout.samples) { sample, _ in
      layer.beginForward(
        input, into: record, samples: sample..<sample + 1, channels: 0..<input.shape.channels, mode: mode)
    }
  }

  /// Runs the layers backward from the gradient of the last output, and sums the parameters' gradients into `sums`.
  /// Collective where there is batch norm on batch statistics.
  ///
  /// - Parameters:
  ///   - pass: the gradient is in its `outputGradient`, and is overwritten.
  ///   - group: of `sums`, where those of the pass's first group go.
  ///   - finished: called when a layer's gradients are complete, with its place in `layers`.
  package func backward(
    input: Tensor, pass: Pass, layout: BatchLayout, into group: Int = 0,
    finished: (_ layer: Int) throws -> Void = { _ in }
  ) throws {
    _ = try backward(
      input: input, pass: pass, layout: layout, summingGradients: true, into: group, needsInputGradient: false,
      finished: finished)
  }

  /// Runs the layers backward as `backward` does, down to the gradient of `input`, which it returns.
  ///
  /// - Parameter summingGradients: whether to sum the parameters' gradients, too.
  package func backwardToInput(_ input: Tensor, pass: Pass, layout: BatchLayout, summingGradients: Bool) throws
    -> Tensor
  {
    try backward(
      input: input, pass: pass, layout: layout, summingGradients: summingGradients, into: 0, needsInputGradient: true
    ) {
      _ in
    }
  }

  /// - Returns: the last gradient that was computed.
  private func backward(
    input: Tensor, pass: Pass, layout: BatchLayout, summingGradients: Bool, into group: Int, needsInputGradient: Bool,
    finished: (_ layer: Int) throws -> Void
  ) throws -> Tensor {
    if summingGradients { clearGaps() }
    var gradient = pass.outputGradient(layout.samples)
    beginBackward(layers.count - 1, gradient, input, pass: pass, layout: layout)
    for place in layers.indices.reversed() {
      let layer = layers[place]
      let (before, record) = ends(of: place, input, pass, layout)
      let isWanted = place > 0 || needsInputGradient
      let next = isWanted ? pass.inputGradient(place, samples: layout.samples) : nil
      let sums = summingGradients ? sums?.from(group: group) : nil
      if fusesLayers, place > 0 {
        let below = layers[place - 1]
        let (belowInput, belowRecord) = ends(of: place - 1, input, pass, layout)
        let written = next ?? gradient
        try layer.backward(
          gradient, input: before, record: record, inputGradient: next, sums: sums, layout: layout
        ) { samples, channels in
          below.beginBackward(
            written, input: belowInput, record: belowRecord, samples: samples, channels: channels, layout: layout)
        }
      } else {
        try layer.backward(
          gradient, input: before, record: record, inputGradient: next, sums: sums, layout: layout
        ) { _, _ in }
      }
      if let next { gradient = next }
      if isWanted {
        try inspect?(
          LayerEvent(network: name, layer: layer.name, kind: .inputGradient, tensor: gradient, layout: layout))
      }
      if !fusesLayers { beginBackward(place - 1, gradient, input, pass: pass, layout: layout) }
      try finished(place)
    }
    return gradient
  }

  /// Lets the layer at `place`, if there is one, begin on the whole gradient of its output.
  private func beginBackward(_ place: Int, _ gradient: Tensor, _ input: Tensor, pass: Pass, layout: BatchLayout) {
    guard place >= 0 else { return }
    let layer = layers[place]
    let (before, record) = ends(of: place, input, pass, layout)
    context.threads.forEach(layout.samples) { sample, _ in
      layer.beginBackward(
        gradient, input: before, record: record, samples: sample..<sample + 1,
        channels: 0..<gradient.shape.channels, layout: layout)
    }
  }

  /// The input of the layer at `place`, and what its forward pass has left.
  private func ends(
    of place: Int, _ input: Tensor, _ pass: Pass, _ layout: BatchLayout
  ) -> (input: Tensor, record: LayerRecord) {
    let before = place == 0 ? input : pass.record(place - 1, samples: layout.samples, input: input).output
    return (before, pass.record(place, samples: layout.samples, input: before))
  }

  /// Leaves no gradient of one group.
  func clearSums(ofGroup group: Int) {
    guard let sums else { preconditionFailure("\(name) has no memory for gradients") }
    for node in 0..<sums.nodes { sums[group: group, node: node].update(repeating: 0, count: flatCount) }
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
  package let layer: LayerName
  package let kind: Kind
  package let tensor: Tensor
  package let layout: BatchLayout
}
