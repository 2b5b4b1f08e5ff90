import Numerics

extension Network {
  /// Draws the parameters; batch norm's shift starts at 0.
  ///
  /// - Parameter number: distinguishes the networks of one seed.
  package func initialize(_ specification: InitializationSpecification, seed: UInt64, number: Int) {
    var inputs = 1  // fan_in of the weights, for the bias after them
    for (place, tensor) in tensors.enumerated() {
      if tensor.role == .weight { inputs = tensor.inputsOfAnOutput }
      guard let start = specification.start(of: tensor, inputs: inputs) else { continue }
      var values = [Float](repeating: 0, count: tensor.count)
      values.withUnsafeMutableBufferPointer { values in
        nonisolated(unsafe) let values = values
        let block = 4096
        context.threads.forEach((values.count + block - 1) / block) { index, _ in
          let range = index * block..<min((index + 1) * block, values.count)
          var stream = RandomStream(
            seed: seed, purpose: .initialization, step: place, update: number, sample: index)
          start.fill(UnsafeMutableBufferPointer(rebasing: values[range]), &stream)
        }
      }
      values.withUnsafeBufferPointer { tensor.set($0, in: parameters) }
    }
    for (place, norm) in spectralNorms.enumerated() {
      // PyTorch's start: a normal u. The first iteration gives v, and makes u a unit vector.
      let tensor = norm.buffers[0]
      var stream = RandomStream(
        seed: seed, purpose: .initialization, step: tensors.count + place, update: number, sample: 0)
      stream.fillNormal(UnsafeMutableBufferPointer(start: buffers + tensor.offset, count: tensor.count))
      norm.iterate()
    }
  }
}

extension ParameterTensor {
  /// PyTorch's `fan_in`, which for a transposed convolution counts its output channels.
  fileprivate var inputsOfAnOutput: Int { shape.dropFirst().reduce(1, *) }
}

extension InitializationSpecification {
  /// nil for tensors that start at 0.
  fileprivate func start(of tensor: ParameterTensor, inputs: Int) -> Start? {
    let bound = 1 / Float(inputs).squareRoot()
    switch tensor.role {
    case .weight:
      switch tensor.shape.count == 2 ? dense ?? weights : weights {
      case .normal(let deviation): return .normal(mean: 0, deviation)
      case .truncatedNormal(let deviation): return .truncatedNormal(deviation)
      case .framework: return .uniform(bound)
      }
    case .bias: return biases == .framework ? .uniform(bound) : nil
    case .scale: return .normal(mean: scaleMean, scaleDeviation)
    case .shift, .runningMean, .runningVariance, .singularVector: return nil
    }
  }
}

/// The distribution of one tensor.
private enum Start {
  case normal(mean: Float, Float)
  case truncatedNormal(Float)
  /// Between −bound and bound.
  case uniform(Float)

  func fill(_ values: UnsafeMutableBufferPointer<Float>, _ stream: inout RandomStream) {
    switch self {
    case .normal(let mean, let deviation):
      stream.fillNormal(values)
      for index in values.indices { values[index] = mean + deviation * values[index] }
    case .truncatedNormal(let deviation):
      stream.fillTruncatedNormal(values, limit: 2)
      for index in values.indices { values[index] *= deviation }
    case .uniform(let bound):
      stream.fillUniform(values)
      for index in values.indices { values[index] *= bound }
    }
  }
}
