import Numerics

/// A layer's gradient against central differences of the loss.
package struct GradientCheck: Sendable {
  /// `generator.0.weight` and so on.
  package let tensor: String
  /// Slope of the loss along the gradient's direction, by backpropagation: the gradient's norm.
  package let analytic: Double
  /// The same by central differences.
  package let numeric: Double

  /// The largest gradient norm among the tensors of its network.
  let scale: Double

  package var relativeError: Double { abs(analytic - numeric) / max(abs(analytic), abs(numeric), 1e-6) }
  /// Single precision and the rectifiers' kinks cause errors of a few per cent.
  package var passes: Bool {
    // A gradient whose terms cancel, such as that of a bias before a batch norm, consists of rounding errors only.
    relativeError < 0.1 || max(analytic, abs(numeric)) < 1e-5 * scale
  }
}

extension GANStep {
  /// Checks the gradient of every learned tensor on the loaded batch, in one process. Parameters, running statistics
  /// and the results of the next step stay unchanged.
  ///
  /// Without a gradient penalty: differences include the movement of the critic's kinks, its gradient does not.
  package func checkGradients(_ index: Int, _ batch: LocalBatch) throws -> [GradientCheck] {
    var report = StepReport()
    let saved = [generator, discriminator].map { $0.saveBuffers() }
    defer { for (network, values) in zip([generator, discriminator], saved) { network.restoreBuffers(values) } }
    begin(index, batch)
    isPenalized = false
    iteratesSpectralNorms = false
    defer { (isPenalized, iteratesSpectralNorms) = (true, true) }

    try discriminatorGradients(batch, &report)
    try trainedDiscriminator.sumGradients()
    var checks = try check(discriminator) {
      try discriminatorGradients(batch, &$0)
      try trainedDiscriminator.sumGradients()
      return $0.lossDiscriminator
    }
    try generatorGradients(batch, &report)
    try trainedGenerator.sumGradients()
    checks += try check(generator) {
      if rules.noise == .reuse { try generateFakes(batch) }
      try generatorGradients(batch, &$0)
      try trainedGenerator.sumGradients()
      return $0.lossGenerator
    }
    return checks
  }

  private func check(_ network: Network, loss: (inout StepReport) throws -> Double) throws -> [GradientCheck] {
    let gradient = network.sums![group: 0, node: 0]
    let whole = Array(UnsafeBufferPointer(start: gradient, count: network.flatCount))
    let before = Array(UnsafeBufferPointer(start: network.parameters, count: network.flatCount))
    let norms = network.tensors.map { tensor in
      tensor.range.reduce(0.0) { $0 + Double(whole[$1]) * Double(whole[$1]) }.squareRoot()
    }
    let scale = norms.max() ?? 0
    var checks: [GradientCheck] = []
    for (tensor, norm) in zip(network.tensors, norms) where norm > 0 {
      func moved(_ length: Double) throws -> Double {
        for place in tensor.range {
          network.parameters[place] = Float(Double(before[place]) + length * Double(whole[place]) / norm)
        }
        var report = StepReport()
        defer { for place in tensor.range { network.parameters[place] = before[place] } }
        return try loss(&report)
      }
      func check(_ length: Double) throws -> GradientCheck {
        let numeric = (try moved(length) - moved(-length)) / (2 * length)
        return GradientCheck(tensor: "\(network.name).\(tensor.name)", analytic: norm, numeric: numeric, scale: scale)
      }
      // A step that changes the loss by about 1e-3, far above its rounding error. If it crosses many of the rectifiers'
      // kinks, a shorter one crosses fewer; a wrong gradient is wrong at both lengths.
      let length = min(1e-3 / norm, 1e-2)
      var found = try check(length)
      if !found.passes {
        let short = try check(length / 8)
        if short.relativeError < found.relativeError { found = short }
      }
      checks.append(found)
    }
    return checks
  }
}

extension Network {
  func saveBuffers() -> [[Float]] { bufferTensors.map { $0.values(in: buffers) } }

  func restoreBuffers(_ values: [[Float]]) {
    for (tensor, values) in zip(bufferTensors, values) {
      values.withUnsafeBufferPointer { tensor.set($0, in: buffers) }
    }
  }
}
