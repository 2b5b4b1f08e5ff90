import GAN
import ModelFiles
import Numerics

/// Runs a trace's phases, each from the trace's own values, and collects the errors of the results.
struct TraceReplay {
  let trace: Trace
  let step: GANStep
  private(set) var worst = WorstErrors()
  private let batch: LocalBatch

  init(_ trace: Trace, _ kernels: Kernels) throws {
    self.trace = trace
    let (samples, shards) = (trace.training.batch, trace.training.shards)
    step = try GANStep(
      trace.model, trace.training, samples: samples,
      engine: Engine(kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: shards, kernels: kernels)))
    batch = LocalBatch(
      firstSample: 0, shardSizes: shardSizes(samples, batch: samples, shards: shards, in: 0..<shards),
      globalSamples: samples)
  }

  /// A step of one update each: D's pass from the parameters before the step, G's with D's parameters after its update.
  ///
  /// - Returns: whether G's pass has left D's gradients unchanged.
  mutating func replay(_ index: Int) throws -> Bool {
    let (generator, discriminator) = (step.generator, step.discriminator)
    for network in [generator, discriminator] { try trace.load(network, from: trace.before(index)) }
    let place = "step\(index)"
    try set(step.realImages(batch.samples), "\(place)/real")
    step.begin(index, batch)
    try set(step.latents.discriminator, "\(place)/latent.discriminator")
    try set(step.latents.generator, "\(place)/latent.generator")

    var report = StepReport()
    try step.discriminatorGradients(batch, &report)
    try learn(discriminator, place)
    try trace.load(discriminator, from: trace.after(index), buffers: false)

    let sums = discriminator.sums![group: 0, node: 0]
    let before = bits(array(sums, discriminator.flatCount))
    try step.generatorGradients(batch, &report)
    let isUntouched = bits(array(sums, discriminator.flatCount)) == before
    try learn(generator, place)

    for network in [generator, discriminator] { try compareStatistics(network, place) }
    try compare("loss", "\(place)/loss", [report.lossReal, report.lossFake, report.lossGenerator])
    try compare(
      "probability", "\(place)/probability",
      [report.probabilityReal, report.probabilityFake, report.probabilityFakeAfter])
    if trace.file.entry("\(place)/loss.after") != nil {
      for network in [generator, discriminator] { try trace.load(network, from: trace.after(index)) }
      let after = try step.losses(of: batch)
      try compare("loss", "\(place)/loss.after", [after.discriminator, after.generator])
      for network in [generator, discriminator] { try compareStatistics(network, place, "statistics after judging") }
    }
    return isUntouched
  }

  /// A step of several updates, each from the trace's networks after the update before.
  mutating func replayUpdates(_ index: Int) throws {
    let counts = trace.training.rules.updates
    if index == 0 {
      for network in [step.generator, step.discriminator] { try trace.load(network, from: "initial") }
    }
    for update in 0..<counts.discriminator {
      let place = "step\(index)/update\(update)"
      var report = StepReport()
      try set(step.realImages(batch.samples), "\(place)/real")
      step.beginDiscriminator(index, update: update, batch)
      try set(step.latents.discriminator, "\(place)/latent.discriminator")
      if let mix = step.penaltyMix { try set(mix, "\(place)/penalty/mix") }
      try step.discriminatorGradients(batch, &report)
      try learn(step.discriminator, place)
      try compareStatistics(step.discriminator, place)
      try trace.load(step.discriminator, from: "\(place)/parameter")
      try compare("loss", "\(place)/loss", [report.lossReal, report.lossFake])
      try compare("loss", "\(place)/probability", [report.probabilityReal, report.probabilityFake])
      if let penalty = report.penalty, let norm = report.gradientNorm {
        try compare("loss", "\(place)/penalty/value", [penalty, norm])
      }
    }
    for update in 0..<counts.generator {
      let place = "step\(index)/update\(counts.discriminator + update)"
      var report = StepReport()
      step.beginGenerator(index, update: update, batch)
      try set(step.latents.generator, "\(place)/latent.generator")
      try step.generatorGradients(batch, &report)
      try learn(step.generator, place)
      try compareStatistics(step.generator, place)
      try trace.load(step.generator, from: "\(place)/parameter")
      try compare("loss", "\(place)/loss", [report.lossGenerator])
      try compare("loss", "\(place)/probability", [report.probabilityFakeAfter])
    }
  }

  private func set(_ tensor: Tensor, _ name: String) throws {
    tensor.set(fromPyTorch: try trace.file.floats(name))
  }

  /// Compares the complete gradients, which are in the first group and node, and then the optimizer's update from
  /// PyTorch's gradients and parameters; its moments are kept from step to step.
  private mutating func learn(_ network: Network, _ place: String) throws {
    let isDiscriminator = network === step.discriminator
    let trained = isDiscriminator ? step.trainedDiscriminator : step.trainedGenerator
    try trained.sumGradients()
    var gradients = [Float](repeating: 0, count: network.flatCount)
    for tensor in network.tensors {
      let name = "\(place)/gradient/\(network.name).\(tensor.name)"
      let truth = try trace.file.floats(name)
      gradients.withUnsafeMutableBufferPointer { tensor.set(truth, in: $0.baseAddress!) }
      let found = tensor.values(in: network.sums![group: 0, node: 0])
      // A bias gradient is a sum that may cancel, and before a batch norm it is rounding error only: its error is
      // relative to the gradient of its layer's weights, if that is larger.
      let weights = try trace.file.floats(name.replacing(/bias$/, with: "weight"))
      worst.add("gradient", name, relativeError(found, truth, scale: max(norm(truth), norm(weights))))
    }
    let bound = isDiscriminator ? trace.training.rules.loss.loss.parameterBound : nil
    gradients.withUnsafeMutableBufferPointer { gradients in
      for (bucket, range) in trained.owned.ranges.enumerated() {
        let gradient = gradients.baseAddress! + range.lowerBound
        trained.owned.update(bucket: bucket, gradient: gradient, clippingTo: bound)
      }
    }
    trained.owned.endUpdate()
    for tensor in network.tensors {
      let name = "\(place)/parameter/\(network.name).\(tensor.name)"
      let found = tensor.values(in: network.parameters)
      worst.add("parameter", name, relativeError(found, try trace.file.floats(name)))
    }
  }

  private mutating func compareStatistics(_ network: Network, _ place: String, _ kind: String = "statistics") throws {
    for tensor in network.bufferTensors {
      let name = "\(place)/parameter/\(network.name).\(tensor.name)"
      worst.add(kind, name, relativeError(tensor.values(in: network.buffers), try trace.file.floats(name)))
    }
  }

  /// Losses relatively, probabilities absolutely.
  private mutating func compare(_ kind: String, _ name: String, _ found: [Double]) throws {
    let truth = try trace.file.floats(name)
    for (place, (found, truth)) in zip(found, truth.map(Double.init)).enumerated() {
      worst.add(kind, "\(name)[\(place)]", abs(found - truth) / (kind == "loss" ? abs(truth) : 1))
    }
    if found.count != truth.count { worst.add(kind, name, .infinity) }
  }
}
