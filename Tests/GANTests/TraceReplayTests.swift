import GAN
import ModelFiles
import Tensor
import Testing

/// PyTorch's traces, phase by phase: D's pass from the parameters before the step, G's pass with D's parameters after its
/// update, Adam from PyTorch's gradients, all three taken from the trace.
///
/// Worst seen over three traces, three instruction sets, three OpenBLAS cores, 1, 4 and 8 shards: gradients 4.1e-6 (1.1e-6
/// without F4), losses 1.8e-7, probabilities 5.8e-8, parameters 1.5e-7, running statistics 5.3e-7. Each run prints its own.
@Suite struct TraceReplayTests {
  @Test(
    arguments: Kernels.available,
    ["trace-reuse", "trace-fresh-grey", "trace-smoothed-grey"].flatMap { name in [1, 4, 8].map { (name, $0) } })
  func stepsAgreeWithPyTorch(_ kernels: Kernels, _ test: (name: String, shards: Int)) throws {
    let trace = try Trace(test.name, shards: test.shards)
    let engine = Engine(
      kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: test.shards, kernels: kernels))
    let step = try GANStep(trace.model, trace.training, samples: trace.training.batch, engine: engine)
    var worst = WorstErrors()
    for index in 0..<trace.steps { try replay(index, of: trace, on: step, &worst) }
    print("\(test.name), \(kernels), \(test.shards) shards: \(worst)")
    #expect(worst["gradient"] <= 1e-5)
    #expect(worst["loss"] <= 1e-5)
    #expect(worst["probability"] <= 1e-5)
    #expect(worst["parameter"] <= 1e-6)
    #expect(worst["statistics"] <= 1e-5)
  }

  private func replay(_ index: Int, of trace: Trace, on step: GANStep, _ worst: inout WorstErrors) throws {
    let (generator, discriminator) = (step.generator, step.discriminator)
    let samples = trace.training.batch
    let batch = LocalBatch(
      firstSample: 0,
      shardSizes: shardSizes(samples, batch: samples, shards: trace.training.shards, in: 0..<trace.training.shards),
      globalSamples: samples)
    for network in [generator, discriminator] { try trace.load(network, from: trace.before(index)) }
    step.realImages(samples).set(fromPyTorch: try trace.file.floats("step\(index)/real"))
    step.begin(index, batch)
    for (tensor, name) in [(step.latents.discriminator, "discriminator"), (step.latents.generator, "generator")] {
      tensor.set(fromPyTorch: try trace.file.floats("step\(index)/latent.\(name)"))
    }

    var report = StepReport()
    try step.teachDiscriminator(batch, &report)
    try step.discriminatorExchange.finish { _, _ in }
    try compareGradients(discriminator, index, trace, &worst)
    try checkAdam(step.discriminatorAdam, discriminator, index, trace, &worst)
    try trace.load(discriminator, from: trace.after(index), buffers: false)

    let sums = discriminator.sums![group: 0, node: 0]
    let before = bits(array(sums, discriminator.flatCount))
    try step.teachGenerator(batch, &report)
    try step.generatorExchange.finish { _, _ in }
    #expect(bits(array(sums, discriminator.flatCount)) == before, "G's pass teaches D nothing")
    try compareGradients(generator, index, trace, &worst)
    try checkAdam(step.generatorAdam, generator, index, trace, &worst)

    for network in [generator, discriminator] {
      for tensor in network.bufferTensors {
        let name = "\(network.name).\(tensor.name)"
        let truth = try trace.file.floats("\(trace.after(index))/\(name)")
        worst.add("statistics", "step\(index), \(name)", relativeError(tensor.values(in: network.buffers), truth))
      }
    }
    let losses = try trace.file.floats("step\(index)/loss")
    for (name, found, truth) in zip3(
      ["D real", "D fake", "G"], [report.lossReal, report.lossFake, report.lossGenerator], losses)
    {
      worst.add("loss", "step\(index), \(name)", abs(found - Double(truth)) / Double(abs(truth)))
    }
    let probabilities = try trace.file.floats("step\(index)/probability")
    for (name, found, truth) in zip3(
      ["D(x)", "D(G(z)) before", "after"],
      [report.probabilityReal, report.probabilityFake, report.probabilityFakeAfter], probabilities)
    {
      worst.add("probability", "step\(index), \(name)", abs(found - Double(truth)))
    }
  }

  private func zip3(_ names: [String], _ found: [Double], _ truth: [Float]) -> [(String, Double, Float)] {
    names.indices.map { (names[$0], found[$0], truth[$0]) }
  }

  /// The complete gradients stand in the first group and node.
  private func compareGradients(_ network: Network, _ step: Int, _ trace: Trace, _ worst: inout WorstErrors) throws {
    for tensor in network.tensors {
      let name = "\(network.name).\(tensor.name)"
      let truth = try trace.file.floats("step\(step)/gradient/\(name)")
      let found = tensor.values(in: network.sums![group: 0, node: 0])
      worst.add("gradient", "step\(step), \(name)", relativeError(found, truth))
    }
  }

  /// Adam with PyTorch's gradients, from PyTorch's parameters; its moments are carried over the steps.
  private func checkAdam(
    _ adam: Adam, _ network: Network, _ step: Int, _ trace: Trace, _ worst: inout WorstErrors
  ) throws {
    var gradients = [Float](repeating: 0, count: network.flatCount)
    for tensor in network.tensors {
      let values = try trace.file.floats("step\(step)/gradient/\(network.name).\(tensor.name)")
      gradients.withUnsafeMutableBufferPointer { tensor.set(values, in: $0.baseAddress!) }
    }
    try adam.descend(averagedBy: GivenGradients(gradients, owned: adam.owned))
    for tensor in network.tensors {
      let name = "\(network.name).\(tensor.name)"
      let truth = try trace.file.floats("\(trace.after(step))/\(name)")
      worst.add("parameter", "step\(step), \(name)", relativeError(tensor.values(in: network.parameters), truth))
    }
  }
}
