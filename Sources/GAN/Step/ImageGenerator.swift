import Tensor

/// A generator that is only run: fixed latents to pictures, in one process.
package final class ImageGenerator {
  package let count: Int
  private let network: Network
  private let pass: Pass
  private let latents: Tensor
  private let layout: BatchLayout

  /// - Parameter count: pictures at a time; with batch statistics they depend on each other.
  package init(_ model: ModelSpecification, count: Int, kernels: Kernels, threads: Threads) throws {
    self.count = count
    let reduction = ShardTree(shards: min(8, count))  // only so that threads have something to divide
    let engine = Engine(
      kernels: kernels, threads: threads, peers: SingleRank(shards: reduction.shards, kernels: kernels))
    network = try Network(
      name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1, isTrained: false,
      engine: engine)
    pass = Pass(network, samples: count, groups: 1)
    latents = engine.arena.tensor(model.latentShape.with(samples: count))
    let bounds = (0...reduction.shards).map { $0 * count / reduction.shards }
    layout = BatchLayout(
      reduction: engine.peers.reduction, shardSizes: zip(bounds, bounds.dropFirst()).map { $1 - $0 },
      globalSamples: count)
    engine.workspace.commit()
  }

  /// Draws the latents whose pictures the run's samples show.
  package func drawFixedLatents(_ specification: LatentSpecification, seed: UInt64) {
    specification.draw(
      into: latents, seed: seed, purpose: .fixedLatent, step: 0, update: 0, firstSample: 0)
  }

  /// The latents, [count, 1, 1, size].
  package var fixedLatents: Tensor { latents }

  /// The pictures of the latents by the parameters that `generator` has now.
  package func images(by generator: Network, mode: ForwardMode) throws -> Tensor {
    precondition(mode != .training, "samples leave the running statistics alone")
    network.copyState(of: generator)
    return try network.forward(latents, pass: pass, layout: layout, mode: mode)
  }
}

extension Network {
  /// Takes over the parameters and buffers of a network of the same layers.
  func copyState(of other: Network) {
    precondition(flatCount == other.flatCount, "networks of different layers")
    parameters.update(from: other.parameters, count: flatCount)
    for tensor in bufferTensors {
      (buffers + tensor.offset).update(from: other.buffers + tensor.offset, count: tensor.count)
    }
  }
}
