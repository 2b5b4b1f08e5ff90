import Numerics

/// A convolution, a transposed convolution, or a dense layer, which is a convolution over one pixel; bias is optional.
///
/// Sendable: in a parallel loop its parameters are only read, and a thread sums only the bias gradient of its own
/// shard.
final class ConvolutionLayer: Layer, @unchecked Sendable {
  package let name: LayerName
  let isInPlace = false
  let overwritesGradient = false
  var needsOutput: Bool { spectralNorm != nil }
  var readsOutputValues: Bool { spectralNorm != nil }
  let outputShape: Shape
  let parameters: [ParameterTensor]
  let buffers: [ParameterTensor]
  let spectralNorm: SpectralNorm?
  var description: String {
    let end = spectralNorm == nil ? "" : ", spectral norm"
    if isDense { return "dense\(end)" }
    let name = isTransposed ? "transposed convolution" : "convolution"
    let geometry = convolution.geometry
    return "\(name) \(geometry.kernelHeight)×\(geometry.kernelWidth), stride \(geometry.stride)\(end)"
  }
  var algorithms: KernelSettings.Layer? {
    let choice = convolution.choice
    return KernelSettings.Layer(
      forward: isTransposed ? choice.backwardData : choice.forward,
      data: isTransposed ? choice.forward : choice.backwardData,
      weights: choice.backwardWeights)
  }

  let convolution: ChosenConvolution
  let isTransposed: Bool
  private let isDense: Bool
  /// The weights that the passes use.
  var weights: Floats { spectralNorm?.weights ?? raw }
  /// The learned ones.
  private var raw: Floats!
  private let context: ComputeContext
  private var bias: Floats?
  private let shardSums: ShardSums?

  /// Memory of the bias gradient: [shards][channels].
  private typealias ShardSums = (exact: UnsafeMutablePointer<Double>, rounded: Floats)

  /// - Parameters:
  ///   - network: name of the network.
  ///   - specification: a layer that has a `window`.
  init(
    network: String, index: Int, _ specification: LayerSpecification, input: Shape, output: Shape,
    allocator: inout ParameterAllocator, buffers bufferAllocator: inout ParameterAllocator, engine: Engine
  ) {
    guard let (window, isTransposed) = specification.window else {
      preconditionFailure("\(specification) is no convolution")
    }
    if case .dense = specification { isDense = true } else { isDense = false }
    name = .entry(index)
    self.isTransposed = isTransposed
    context = engine.context
    outputShape = output
    let geometry = window.geometry(isTransposed: isTransposed, input: input, output: output)
    let choice = engine.algorithms.choice(
      "\(network).\(index)", geometry, isTransposed: isTransposed, samplesPerShard: engine.samplesPerShard,
      engine.kernels.instructionSet)
    let shards = engine.peers.reduction.range.count
    convolution = ChosenConvolution(geometry, choice, shards: shards, context: context)
    let channels = [geometry.small.channels, geometry.large.channels]
    let shape = isDense ? channels : channels + [geometry.kernelHeight, geometry.kernelWidth]
    var tensors = [allocator.tensor("\(index).weight", shape, .weight, geometry: geometry)]
    if window.bias { tensors.append(allocator.tensor("\(index).bias", [output.channels], .bias)) }
    parameters = tensors
    precondition(!(window.spectralNorm && isTransposed), "a transposed convolution has no spectral norm")
    spectralNorm =
      window.spectralNorm
      ? SpectralNorm(
        index: index, geometry, weight: tensors[0], shards: shards, allocator: &bufferAllocator, context: context)
      : nil
    buffers = spectralNorm?.buffers ?? []
    shardSums =
      window.bias
      ? (context.arena.doubles(shards * output.channels), context.arena.floats(shards * output.channels)) : nil
  }

  func attach(parameters memory: Floats, buffers: Floats) {
    raw = memory + parameters[0].offset
    spectralNorm?.attach(parameters: memory, buffers: buffers)
    if parameters.count > 1 { bias = memory + parameters[1].offset }
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    let output = record.output
    @Sendable func written(_ samples: Range<Int>, _ channels: Range<Int>) {
      if let bias, mode != .tangent {
        for sample in samples {
          context.kernels.addBias(
            output.sample(sample), bias, rows: outputShape.area, channels: outputShape.channels, range: channels)
        }
      }
      finished(samples, channels)
    }
    if isTransposed {
      convolution.backwardData(input, weights: weights, into: output, layout: layout, finished: written)
    } else {
      convolution.forward(input, weights: weights, into: output, layout: layout, finished: written)
    }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    if let sums {
      spectralNorm?.addDots(
        gradient: gradient, output: record.output, bias: record.point == nil ? bias : nil, into: sums.firstGroup,
        layout: layout)
      convolution.backwardWeights(
        large: isTransposed ? gradient : input, small: isTransposed ? input : gradient, into: sums,
        at: parameters[0].offset, layout: layout)
      if let shardSums {
        if record.point == nil {
          biasGradient(gradient, shardSums, into: sums, layout)
        } else {
          clearBias(sums, layout)
        }
      }
    }
    guard let inputGradient else { return }
    if isTransposed {
      convolution.forward(gradient, weights: weights, into: inputGradient, layout: layout, finished: finished)
    } else {
      convolution.backwardData(gradient, weights: weights, into: inputGradient, layout: layout, finished: finished)
    }
  }

  /// Sets the bias gradient to 0: a tangent does not depend on the bias.
  private func clearBias(_ sums: NodeBuffers, _ layout: BatchLayout) {
    for group in 0..<layout.groups {
      for node in layout.reduction.nodes.indices {
        (sums[group: group, node: node] + parameters[1].offset).update(repeating: 0, count: outputShape.channels)
      }
    }
  }

  /// Sums each shard over its pixels, rounds to single precision, then adds the shards in the tree's order.
  private func biasGradient(_ gradient: Tensor, _ shardSums: ShardSums, into sums: NodeBuffers, _ layout: BatchLayout) {
    let channels = outputShape.channels
    nonisolated(unsafe) let shardSums = shardSums
    for (group, segments) in layout.segments.enumerated() {
      context.threads.forEach(segments.count) { shard, _ in
        let samples = segments[shard]
        let (exact, rounded) = (shardSums.exact + shard * channels, shardSums.rounded + shard * channels)
        context.kernels.columnSums(
          exact, of: gradient.sample(samples.lowerBound), rows: samples.count * outputShape.area, channels: channels,
          range: 0..<channels)
        for channel in 0..<channels { rounded[channel] = Float(exact[channel]) }
      }
      for (node, operations) in layout.reduction.local.enumerated() {
        let sum = operations.run { shard in
          shardSums.rounded + shard * channels
        } combine: { left, right in
          context.kernels.add(left, right, count: channels)
          return left
        }
        (sums[group: group, node: node] + parameters[1].offset).update(from: sum, count: channels)
      }
    }
  }
}
