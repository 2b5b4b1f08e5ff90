import Tensor

/// A convolution or a transposed one, with or without bias.
final class ConvolutionLayer: Layer {
  let index: Int
  let isInPlace = false
  let overwritesGradient = false
  let outputShape: Shape
  let parameters: [ParameterTensor]
  var description: String {
    let name = isTransposed ? "transposed convolution" : "convolution"
    let geometry = convolution.geometry
    return "\(name) \(geometry.kernelHeight)×\(geometry.kernelWidth), stride \(geometry.stride)"
  }
  var algorithm: String? { convolution.choice.reduce.rawValue }

  let convolution: ChosenConvolution
  let isTransposed: Bool
  private(set) var weights: Floats!
  private let context: LayerContext
  private var bias: Floats?

  init(
    index: Int, _ specification: ConvolutionSpecification, isTransposed: Bool, input: Shape, output: Shape,
    allocator: inout ParameterAllocator, context: LayerContext
  ) {
    self.index = index
    self.isTransposed = isTransposed
    self.context = context
    outputShape = output
    let geometry = specification.geometry(isTransposed: isTransposed, input: input, output: output)
    convolution = ChosenConvolution(
      geometry,
      .automatic(geometry, samplesPerShard: 8, instructionSet: context.kernels.instructionSet),
      shards: context.peers.reduction.range.count, kernels: context.kernels, threads: context.threads,
      workspace: context.workspace, arena: context.arena)
    let shape = [geometry.small.channels, geometry.large.channels, geometry.kernelHeight, geometry.kernelWidth]
    var tensors = [allocator.tensor("\(index).weight", shape, .weight, geometry: geometry)]
    if specification.bias { tensors.append(allocator.tensor("\(index).bias", [output.channels], .bias)) }
    parameters = tensors
  }

  func attach(parameters memory: Floats, buffers: Floats) {
    weights = memory + parameters[0].offset
    if parameters.count > 1 { bias = memory + parameters[1].offset }
  }

  func forward(_ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode) {
    if isTransposed {
      convolution.expand(input, weights: weights, into: record.output, layout: layout)
    } else {
      convolution.reduce(input, weights: weights, into: record.output, layout: layout)
    }
    if let bias { addBias(bias, to: record.output, layout) }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout
  ) {
    if let sums {
      convolution.weightGradient(
        large: isTransposed ? gradient : input, small: isTransposed ? input : gradient, into: sums,
        at: parameters[0].offset, layout: layout)
      if bias != nil { biasGradient(gradient, into: sums, layout) }
    }
    guard let inputGradient else { return }
    if isTransposed {
      convolution.reduce(gradient, weights: weights, into: inputGradient, layout: layout)
    } else {
      convolution.expand(gradient, weights: weights, into: inputGradient, layout: layout)
    }
  }

  private func addBias(_ bias: Floats, to output: Tensor, _ layout: BatchLayout) {
    context.threads.forEach(layout.samples) { [kernels = context.kernels] sample, _ in
      kernels.addBias(
        output.sample(sample), bias, rows: output.shape.area, channels: output.shape.channels)
    }
  }

  /// Each shard's sum over pixels, rounded to single precision, then the tree.
  private func biasGradient(_ gradient: Tensor, into sums: NodeBuffers, _ layout: BatchLayout) {
    let channels = outputShape.channels
    let shape = outputShape
    let columns = UnsafeMutablePointer<Double>.allocate(capacity: channels)
    defer { columns.deallocate() }
    for (group, segments) in layout.segments.enumerated() {
      for (node, operations) in layout.reduction.local.enumerated() {
        let sum = operations.run { shard in
          context.kernels.columnSums(
            columns, of: gradient.sample(segments[shard].lowerBound), rows: segments[shard].count * shape.area,
            channels: channels, range: 0..<channels)
          return (0..<channels).map { Float(columns[$0]) }
        } combine: { left, right in
          zip(left, right).map { $0 + $1 }
        }
        let destination = sums[group: group, node: node] + parameters[1].offset
        for channel in 0..<channels { destination[channel] = sum[channel] }
      }
    }
  }
}
