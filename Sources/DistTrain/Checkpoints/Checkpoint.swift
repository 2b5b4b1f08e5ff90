import Cluster
import Files
import GAN
import ModelFiles
import Numerics

/// Saves and restores the tensors of a run under PyTorch's names: `generator.0.weight`, `.running_mean`, and the
/// optimizers' states, such as `optimizer.generator.0.weight.exp_avg`.
package struct Checkpoint {
  private let step: GANStep
  private let job: any Job

  package init(_ step: GANStep, job: any Job) {
    self.step = step
    self.job = job
  }

  private var parts: [TrainedNetwork] { step.trained }

  /// Writes the state for `path`: rank 0 writes, after the owners of the optimizers' states have sent theirs.
  /// Collective.
  ///
  /// - Returns: on rank 0 the commit of the file to the disk, which runs on its own thread.
  func save(_ facts: CheckpointFacts, to path: String) throws -> CheckpointCommit? {
    // Between steps the scratch memory is free, and large enough.
    var scratch = step.scratch.bindMemory(to: Float.self)
    let states = try parts.map { part in
      try part.states.indices.map { try gather(part, state: $0, &scratch) }
    }
    var commit: CheckpointCommit?
    try job.onFirst {
      commit = try job.activity.during(.checkpoint) { CheckpointCommit(try written(states, facts, to: path)) }
    }
    return commit
  }

  /// - Parameter states: of each network, each as long as its flat parameters.
  private func written(
    _ states: [[Floats]], _ facts: CheckpointFacts, to path: String
  ) throws -> SafetensorsWriter {
    var writer = try SafetensorsWriter(
      path: path, tensors: declarations, metadata: facts.metadata, throughLinks: false)
    for (part, states) in zip(parts, states) {
      for tensor in part.network.tensors {
        let name = "\(part.network.name).\(tensor.name)"
        try writer.write(name, tensor.values(in: part.network.parameters))
        for (kind, values) in zip(part.states, states) {
          try writer.write("optimizer.\(name).\(kind.name)", tensor.values(in: values))
        }
        job.activity.advance()
      }
      for tensor in part.network.bufferTensors {
        try writer.write("\(part.network.name).\(tensor.name)", tensor.values(in: part.network.buffers))
      }
    }
    _ = try writer.seal()
    return writer
  }

  /// Restores the state from `file`, which only rank 0 has open, with its `facts`. Collective.
  package func restore(_ file: SafetensorsFile?, _ facts: CheckpointFacts) throws {
    try job.onFirst { try checkNames(file!) }
    step.trainedGenerator.owned.updates = facts.generatorUpdates
    step.trainedDiscriminator.owned.updates = facts.discriminatorUpdates
    for part in parts {
      let network = part.network
      // As in `save`; the elements between tensors are zero.
      let start = step.scratch.bindMemory(to: Float.self).baseAddress!
      let states = part.states.indices.map { start + $0 * network.flatCount }
      start.update(repeating: 0, count: states.count * network.flatCount)
      for tensor in network.tensors {
        let name = "\(network.name).\(tensor.name)"
        try receive(name, tensor, file, into: network.parameters)
        for (kind, values) in zip(part.states, states) {
          try receive("optimizer.\(name).\(kind.name)", tensor, file, into: values)
        }
      }
      for tensor in network.bufferTensors {
        try receive("\(network.name).\(tensor.name)", tensor, file, into: network.buffers)
      }
      for (bucket, range) in part.owned.ranges.enumerated() {
        for (number, values) in states.enumerated() {
          part.owned.state(number, ofBucket: bucket).update(from: values + range.lowerBound, count: range.count)
        }
      }
    }
  }

  private var declarations: [TensorDeclaration] {
    parts.flatMap { part in
      let network = part.network
      return network.tensors.flatMap { tensor in
        let name = "\(network.name).\(tensor.name)"
        return ([name] + part.states.map { "optimizer.\(name).\($0.name)" }).map {
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
        throw FileError.unsuitable(
          path: file.path, found: "\(found) for tensor \(declaration.name)",
          expected: "F32 \(declaration.shape), as in the configuration's networks")
      }
    }
    guard file.entries.count == declarations.count else {
      throw FileError.unsuitable(
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

  /// One of an optimizer's states in the order of its network's flat parameters, on rank 0, in the first part of
  /// `scratch`, which becomes the rest. Collective.
  private func gather(
    _ part: TrainedNetwork, state number: Int, _ scratch: inout UnsafeMutableBufferPointer<Float>
  ) throws -> Floats {
    let flat = UnsafeMutableBufferPointer(rebasing: scratch[..<part.network.flatCount])
    scratch = UnsafeMutableBufferPointer(rebasing: scratch[part.network.flatCount...])
    try gatherOwned(part.owned.ranges, job, into: flat) { part.owned.state(number, ofBucket: $0) }
    return flat.baseAddress!
  }
}

extension TrainedNetwork {
  /// The names of the optimizer's states of each parameter.
  fileprivate var states: [OptimizerState] { type(of: owned.optimizer).states }
}

/// Gathers the ranks' slices on rank 0. Collective.
///
/// - Parameters:
///   - flat: as long as all slices; unchanged on other ranks than 0.
///   - values: this rank's slice of each bucket.
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
