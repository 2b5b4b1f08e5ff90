import GAN
import ModelFiles
import Tensor

/// Saves and restores the tensors of a run under PyTorch's names: `generator.0.weight`, `.running_mean`, and Adam's
/// moments as `optimizer.generator.0.weight.exp_avg` and `.exp_avg_sq`.
package struct Checkpoint {
  private let step: GANStep
  private let job: any Job

  package init(_ step: GANStep, job: any Job) {
    self.step = step
    self.job = job
  }

  private var parts: [(network: Network, adam: Adam)] {
    [(step.generator, step.generatorAdam), (step.discriminator, step.discriminatorAdam)]
  }

  /// Writes the state for `path`: rank 0 writes, after the owners of Adam's moments have sent theirs. Collective.
  ///
  /// - Returns: on rank 0 the file's way to the disk, which goes on by itself.
  func save(_ facts: CheckpointFacts, to path: String) throws -> CheckpointCommit? {
    // Between steps there is memory enough, and it need not be taken anew.
    var scratch = step.scratch
    let moments = try parts.map { network, adam in
      (
        mean: try gather(adam, { $0.mean }, network, &scratch),
        square: try gather(adam, { $0.square }, network, &scratch)
      )
    }
    var commit: CheckpointCommit?
    try job.onFirst {
      commit = try job.activity.during(.checkpoint) { CheckpointCommit(try written(moments, facts, to: path)) }
    }
    return commit
  }

  private func written(
    _ moments: [(mean: Floats, square: Floats)], _ facts: CheckpointFacts, to path: String
  ) throws -> SafetensorsWriter {
    var writer = try SafetensorsWriter(
      path: path, tensors: declarations, metadata: facts.metadata, throughLinks: false)
    for (part, moments) in zip(parts, moments) {
      for tensor in part.network.tensors {
        let name = "\(part.network.name).\(tensor.name)"
        try writer.write(name, tensor.values(in: part.network.parameters))
        try writer.write("optimizer.\(name).exp_avg", tensor.values(in: moments.mean))
        try writer.write("optimizer.\(name).exp_avg_sq", tensor.values(in: moments.square))
        job.activity.advance()
      }
      for tensor in part.network.bufferTensors {
        try writer.write("\(part.network.name).\(tensor.name)", tensor.values(in: part.network.buffers))
      }
    }
    _ = try writer.seal()
    return writer
  }

  /// Takes over the state of `file`, which rank 0 has open and the others have not, with its `facts`. Collective.
  package func restore(_ file: SafetensorsFile?, _ facts: CheckpointFacts) throws {
    try job.onFirst { try checkNames(file!) }
    step.generatorAdam.updates = facts.generatorUpdates
    step.discriminatorAdam.updates = facts.discriminatorUpdates
    for (network, adam) in parts {
      // As in `save`; what lies between tensors is zero.
      let mean = step.scratch.baseAddress!
      let square = mean + network.flatCount
      mean.update(repeating: 0, count: 2 * network.flatCount)
      for tensor in network.tensors {
        let name = "\(network.name).\(tensor.name)"
        try receive(name, tensor, file, into: network.parameters)
        try receive("optimizer.\(name).exp_avg", tensor, file, into: mean)
        try receive("optimizer.\(name).exp_avg_sq", tensor, file, into: square)
      }
      for tensor in network.bufferTensors {
        try receive("\(network.name).\(tensor.name)", tensor, file, into: network.buffers)
      }
      for (bucket, range) in adam.owned.enumerated() {
        let own = adam.moments(ofBucket: bucket)
        for (place, element) in range.enumerated() {
          own.mean[place] = mean[element]
          own.square[place] = square[element]
        }
      }
    }
  }

  private var declarations: [TensorDeclaration] {
    parts.flatMap { network, _ in
      network.tensors.flatMap { tensor in
        let name = "\(network.name).\(tensor.name)"
        return [name, "optimizer.\(name).exp_avg", "optimizer.\(name).exp_avg_sq"].map {
          TensorDeclaration(name: $0, shape: tensor.shape)
        }
      }
        + network.bufferTensors.map { TensorDeclaration(name: "\(network.name).\($0.name)", shape: $0.shape) }
    }
  }

  private func checkNames(_ file: SafetensorsFile) throws {
    for declaration in declarations {
      guard let entry = file.entry(declaration.name), entry.shape == declaration.shape, entry.type == .float32 else {
        let found = file.entry(declaration.name).map { "\($0.type.rawValue) \($0.shape)" } ?? "nothing"
        throw ModelFileError.unsuitable(
          path: file.path, found: "\(found) for tensor \(declaration.name)",
          expected: "F32 \(declaration.shape), as the configuration's networks have it")
      }
    }
    guard file.entries.count == declarations.count else {
      throw ModelFileError.unsuitable(
        path: file.path, found: "\(file.entries.count) tensors",
        expected: "the \(declarations.count) of the configuration's networks")
    }
  }

  private func receive(_ name: String, _ tensor: ParameterTensor, _ file: SafetensorsFile?, into memory: Floats) throws
  {
    var bytes: [UInt8] = []
    try job.onFirst { bytes = try file!.bytes(name) }
    bytes = try job.broadcast(bytes)
    bytes.withUnsafeBytes { raw in
      raw.withMemoryRebound(to: Float.self) { tensor.set($0, in: memory) }
    }
  }

  /// A network's moments of one kind in the order of its flat parameters, on rank 0, in the first part of `scratch`,
  /// which becomes the rest. Collective.
  private func gather(
    _ adam: Adam, _ kind: ((mean: Floats, square: Floats)) -> Floats, _ network: Network,
    _ scratch: inout UnsafeMutableBufferPointer<Float>
  ) throws -> Floats {
    let flat = UnsafeMutableBufferPointer(rebasing: scratch[..<network.flatCount])
    scratch = UnsafeMutableBufferPointer(rebasing: scratch[network.flatCount...])
    try gatherOwned(adam.owned, job, into: flat) { kind(adam.moments(ofBucket: $0)) }
    return flat.baseAddress!
  }
}

/// Puts the slices that the ranks own together on rank 0. Collective.
///
/// - Parameters:
///   - flat: as long as all slices; on other ranks than 0 it is left alone.
///   - values: for each bucket where this rank's slice is.
func gatherOwned(
  _ owned: [Range<Int>], _ job: any Job, into flat: UnsafeMutableBufferPointer<Float>,
  _ values: (_ bucket: Int) -> Floats
) throws {
  for (bucket, range) in owned.enumerated() {
    let slices = try job.gather(Array(UnsafeBufferPointer(start: values(bucket), count: range.count)))
    var place = range.lowerBound  // rank 0's slice is the first of its bucket
    for slice in slices {
      _ = flat[place..<place + slice.count].update(fromContentsOf: slice)
      place += slice.count
    }
  }
}
