import Cluster
import GAN
import ModelFiles
import Numerics

/// Collects the tensors of a run's first steps for `trace.safetensors`, in sample order on any number of ranks.
///
/// Names: `initial/<name>`; of each step k `step<k>/real` [n, c, h, w], `step<k>/latent.discriminator` and
/// `step<k>/latent.generator` [n, size], `step<k>/loss` [D real, D fake, G], `step<k>/probability` [D(x), D(G(z))
/// before, after], `step<k>/gradient/<name>`, `step<k>/parameter/<name>` (after the update, buffers too); with a
/// gradient penalty `step<k>/penalty/mix` [n] and `step<k>/penalty/value` [penalty, mean ‖∇‖]; and of the state after
/// the last of them `samples/latent` [n, size] and `samples/images` [n, c, h, w], by batch statistics. <name> is that
/// of the checkpoint. Shapes and axis order are PyTorch's.
///
/// If a network is updated more than once in a step, `step<k>/update<u>/` replaces `step<k>/`, u counting D's
/// updates, then G's, and each has its own tensors: the latents, those of D the real images and the penalty,
/// `loss` and `probability` [D real, D fake] or [G], gradients and parameters of the network that was updated.
package final class TraceRecorder {
  private let step: GANStep
  private let job: any Job
  private var tensors: [NamedTensor] = []

  package init(_ step: GANStep, job: any Job) {
    self.step = step
    self.job = job
    recordState("initial/")
  }

  /// Records the last step, in which each network was updated once. Collective.
  ///
  /// - Parameter batch: the last one.
  package func record(_ index: Int, _ batch: LocalBatch, _ report: StepReport) throws {
    guard step.rules.updates == .oneEach else { return }
    let prefix = "step\(index)/"
    try add(prefix + "real", images: step.realImages(batch.samples))
    try add(prefix + "latent.discriminator", vectors: step.latents.discriminator)
    try add(prefix + "latent.generator", vectors: step.latents.generator)
    try addPenalty(prefix, report)
    add(prefix + "loss", [report.lossReal, report.lossFake, report.lossGenerator])
    add(prefix + "probability", [report.probabilityReal, report.probabilityFake, report.probabilityFakeAfter])
    try addGradients(prefix, step.trainedGenerator)
    try addGradients(prefix, step.trainedDiscriminator)
    recordState(prefix + "parameter/")
  }

  /// Records the last of several updates of step `index`. Collective.
  package func record(_ index: Int, _ update: GANStep.Update, _ batch: LocalBatch, _ report: StepReport) throws {
    guard step.rules.updates != .oneEach else { return }
    switch update {
    case .discriminator(let number):
      let prefix = "step\(index)/update\(number)/"
      try add(prefix + "real", images: step.realImages(batch.samples))
      try add(prefix + "latent.discriminator", vectors: step.latents.discriminator)
      try addPenalty(prefix, report)
      add(prefix + "loss", [report.lossReal, report.lossFake])
      add(prefix + "probability", [report.probabilityReal, report.probabilityFake])
      try addGradients(prefix, step.trainedDiscriminator)
      recordState(prefix + "parameter/", of: [step.discriminator])
    case .generator(let number):
      let prefix = "step\(index)/update\(step.rules.updates.discriminator + number)/"
      try add(prefix + "latent.generator", vectors: step.latents.generator)
      add(prefix + "loss", [report.lossGenerator])
      add(prefix + "probability", [report.probabilityFakeAfter])
      try addGradients(prefix, step.trainedGenerator)
      recordState(prefix + "parameter/", of: [step.generator])
    }
  }

  private func addPenalty(_ prefix: String, _ report: StepReport) throws {
    guard let mix = step.penaltyMix, let penalty = report.penalty, let norm = report.gradientNorm else { return }
    try add(prefix + "penalty/mix", vectors: mix)
    add(prefix + "penalty/value", [penalty, norm])
  }

  private func add(_ name: String, _ values: [Double]) {
    guard job.isFirst else { return }
    tensors.append(NamedTensor(name: name, shape: [values.count], values: values.map { Float($0) }))
  }

  /// After an exchange the owners' complete gradients are in the first node's sums.
  private func addGradients(_ prefix: String, _ trained: TrainedNetwork) throws {
    let network = trained.network
    var flat = [Float](repeating: 0, count: network.flatCount)
    try flat.withUnsafeMutableBufferPointer { flat in
      try gatherOwned(trained.owned.ranges, job, into: flat) { bucket in
        network.sums![group: 0, node: 0] + trained.owned.ranges[bucket].lowerBound
      }
    }
    guard job.isFirst else { return }
    flat.withUnsafeMutableBufferPointer { flat in
      for tensor in network.tensors {
        tensors.append(
          NamedTensor(
            name: "\(prefix)gradient/\(network.name).\(tensor.name)", shape: tensor.shape,
            values: tensor.values(in: flat.baseAddress!)))
      }
    }
  }

  /// Adds the samples of the last recorded state and writes the file. Collective.
  ///
  /// - Parameters:
  ///   - samples: on rank 0 the latents and their images.
  ///   - metadata: settings that a replay needs besides the tensors.
  package func finish(samples: (latents: Tensor, images: Tensor)?, metadata: [String: String], to path: String) throws {
    if let samples {
      let count = samples.latents.shape.samples
      tensors.append(
        NamedTensor(
          name: "samples/latent", shape: [count, samples.latents.shape.sampleCount],
          values: Array(samples.latents.values)))
      tensors.append(
        NamedTensor(name: "samples/images", shape: samples.images.pyTorchShape, values: samples.images.channelsFirst))
    }
    try job.onFirst {
      _ = try SafetensorsWriter.write(tensors, metadata: metadata, to: path, throughLinks: false)
    }
    tensors = []
  }

  private func recordState(_ prefix: String, of networks: [Network]? = nil) {
    guard job.isFirst else { return }
    for network in networks ?? [step.generator, step.discriminator] {
      for (list, memory) in [(network.tensors, network.parameters), (network.bufferTensors, network.buffers)] {
        for tensor in list {
          tensors.append(
            NamedTensor(
              name: "\(prefix)\(network.name).\(tensor.name)", shape: tensor.shape, values: tensor.values(in: memory)))
        }
      }
    }
  }

  private func add(_ name: String, images: Tensor) throws {
    let parts = try job.gather(images.channelsFirst)
    guard job.isFirst else { return }
    let values = parts.flatMap { $0 }
    var shape = images.pyTorchShape
    shape[0] = values.count / images.shape.sampleCount
    tensors.append(NamedTensor(name: name, shape: shape, values: values))
  }

  private func add(_ name: String, vectors: Tensor) throws {
    let parts = try job.gather(Array(vectors.values))
    guard job.isFirst else { return }
    let values = parts.flatMap { $0 }
    let size = vectors.shape.sampleCount
    let shape = size == 1 ? [values.count] : [values.count / size, size]
    tensors.append(NamedTensor(name: name, shape: shape, values: values))
  }
}

extension Tensor {
  /// [samples, channels, height, width].
  var pyTorchShape: [Int] { [shape.samples, shape.channels, shape.height, shape.width] }

  /// The values in PyTorch's order.
  var channelsFirst: [Float] {
    var values = [Float](repeating: 0, count: shape.count)
    for sample in 0..<shape.samples {
      let source = self.sample(sample)
      let start = sample * shape.sampleCount
      for pixel in 0..<shape.area {
        for channel in 0..<shape.channels {
          values[start + channel * shape.area + pixel] = source[pixel * shape.channels + channel]
        }
      }
    }
    return values
  }
}
