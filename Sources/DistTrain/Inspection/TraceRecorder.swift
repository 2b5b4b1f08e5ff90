import GAN
import ModelFiles
import Tensor

/// Collects the tensors of a run's first steps for `trace.safetensors`, in sample order whatever the number of ranks.
///
/// Names: `initial/<name>`; of each step k `step<k>/real` [n, c, h, w], `step<k>/latent.discriminator` and
/// `step<k>/latent.generator` [n, size], `step<k>/loss` [D real, D fake, G], `step<k>/probability` [D(x), D(G(z)) before,
/// after], `step<k>/gradient/<name>`, `step<k>/parameter/<name>` (after the update, buffers too); and of the state after
/// the last of them `samples/latent` [n, size] and `samples/images` [n, c, h, w], by batch statistics. <name> is that of
/// the checkpoint. Shapes and axis order are PyTorch's.
package final class TraceRecorder {
  private let step: GANStep
  private let job: any Job
  private var tensors: [NamedTensor] = []

  package init(_ step: GANStep, job: any Job) {
    self.step = step
    self.job = job
    recordState("initial/")
  }

  /// Records the step that has just been made. Collective.
  package func record(_ index: Int, _ batch: LocalBatch, _ report: StepReport) throws {
    let prefix = "step\(index)/"
    try add(prefix + "real", pictures: step.realImages(batch.samples))
    try add(prefix + "latent.discriminator", vectors: step.latents.discriminator)
    try add(prefix + "latent.generator", vectors: step.latents.generator)
    if job.isFirst {
      let losses = [report.lossReal, report.lossFake, report.lossGenerator]
      let probabilities = [report.probabilityReal, report.probabilityFake, report.probabilityFakeAfter]
      tensors.append(NamedTensor(name: prefix + "loss", shape: [3], values: losses.map { Float($0) }))
      tensors.append(NamedTensor(name: prefix + "probability", shape: [3], values: probabilities.map { Float($0) }))
    }
    for (network, adam) in [(step.generator, step.generatorAdam), (step.discriminator, step.discriminatorAdam)] {
      // After an exchange the owners' complete gradients stand in the first node's sums.
      var flat = [Float](repeating: 0, count: network.flatCount)
      try flat.withUnsafeMutableBufferPointer { flat in
        try gatherOwned(adam.owned, job, into: flat) { bucket in
          network.sums![group: 0, node: 0] + adam.owned[bucket].lowerBound
        }
      }
      guard job.isFirst else { continue }
      flat.withUnsafeMutableBufferPointer { flat in
        for tensor in network.tensors {
          tensors.append(
            NamedTensor(
              name: "\(prefix)gradient/\(network.name).\(tensor.name)", shape: tensor.shape,
              values: tensor.values(in: flat.baseAddress!)))
        }
      }
    }
    recordState(prefix + "parameter/")
  }

  /// Adds the samples of the last recorded state and writes the file. Collective.
  ///
  /// - Parameters:
  ///   - samples: on rank 0 the latents and their pictures.
  ///   - metadata: what a replay must know that no tensor tells.
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

  private func recordState(_ prefix: String) {
    guard job.isFirst else { return }
    for network in [step.generator, step.discriminator] {
      for (list, memory) in [(network.tensors, network.parameters), (network.bufferTensors, network.buffers)] {
        for tensor in list {
          tensors.append(
            NamedTensor(
              name: "\(prefix)\(network.name).\(tensor.name)", shape: tensor.shape, values: tensor.values(in: memory)))
        }
      }
    }
  }

  private func add(_ name: String, pictures: Tensor) throws {
    let parts = try job.gather(pictures.channelsFirst)
    guard job.isFirst else { return }
    let values = parts.flatMap { $0 }
    var shape = pictures.pyTorchShape
    shape[0] = values.count / pictures.shape.sampleCount
    tensors.append(NamedTensor(name: name, shape: shape, values: values))
  }

  private func add(_ name: String, vectors: Tensor) throws {
    let parts = try job.gather(Array(vectors.values))
    guard job.isFirst else { return }
    let values = parts.flatMap { $0 }
    let size = vectors.shape.sampleCount
    tensors.append(NamedTensor(name: name, shape: [values.count / size, size], values: values))
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
