import Tensor

extension Network {
  /// Draws the parameters: weights normal(0, deviation), batch norm's scale normal(mean, deviation), the rest 0.
  ///
  /// - Parameter number: tells the networks of one seed apart.
  package func initialize(_ specification: InitializationSpecification, seed: UInt64, number: Int) {
    for (place, tensor) in tensors.enumerated() {
      let (mean, deviation): (Float, Float)
      switch tensor.role {
      case .weight: (mean, deviation) = (0, specification.weightDeviation)
      case .scale: (mean, deviation) = (specification.scaleMean, specification.scaleDeviation)
      default: continue
      }
      var values = [Float](repeating: 0, count: tensor.count)
      values.withUnsafeMutableBufferPointer { values in
        nonisolated(unsafe) let values = values
        let block = 4096
        context.threads.forEach((values.count + block - 1) / block) { index, _ in
          let range = index * block..<min((index + 1) * block, values.count)
          var stream = RandomStream(
            seed: seed, purpose: .initialization, step: place, update: number, sample: index)
          stream.fillNormal(UnsafeMutableBufferPointer(rebasing: values[range]))
          for element in range { values[element] = mean + deviation * values[element] }
        }
      }
      values.withUnsafeBufferPointer { tensor.set($0, in: parameters) }
    }
  }
}
