import Tensor

/// A generator's pictures of fixed latents, in one process.
package final class ImageGenerator {
  package let count: Int
  /// The latents, [count, 1, 1, size].
  package let fixedLatents: Tensor
  private let network: Network
  private let pass: Pass
  private let layout: BatchLayout

  /// - Parameters:
  ///   - generator: whose parameters it uses, as they are at each call.
  ///   - count: pictures at a time; with batch statistics they depend on each other.
  ///   - scratch: memory that nobody else uses during a call; where it is too small, the generator takes its own.
  package init(
    _ generator: Network, count: Int, scratch: UnsafeMutableBufferPointer<Float>? = nil, engine: Engine
  ) {
    self.count = count
    let shards = min(8, count)  // only so that threads have something to divide
    let engine = Engine(sharing: engine, peers: SingleRank(shards: shards, kernels: engine.kernels))
    network = Network(sharing: generator, engine: engine)
    fixedLatents = engine.arena.tensor(generator.inputShape.with(samples: count))
    let bounds = (0...shards).map { $0 * count / shards }
    layout = BatchLayout(
      reduction: engine.peers.reduction, shardSizes: zip(bounds, bounds.dropFirst()).map { $1 - $0 },
      globalSamples: count)
    var plan = MemoryPlan()
    pass = Pass(network, samples: count, groups: 1, keepsOutputs: false, plan: &plan)
    let floats = plan.complete()
    if let scratch, scratch.count >= floats {
      pass.attach(scratch.baseAddress!)
    } else {
      pass.attach(engine.arena.floats(floats))
    }
    engine.workspace.commit()
  }

  /// Draws the latents whose pictures the run's samples show.
  package func drawFixedLatents(_ specification: LatentSpecification, seed: UInt64) {
    specification.draw(
      into: fixedLatents, seed: seed, purpose: .fixedLatent, step: 0, update: 0, firstSample: 0)
  }

  /// Draws other latents in their place, new ones for each number of steps.
  package func drawFreshLatents(_ specification: LatentSpecification, seed: UInt64, step: Int) {
    specification.draw(
      into: fixedLatents, seed: seed, purpose: .freshLatent, step: step, update: 0, firstSample: 0)
  }

  /// The pictures of the latents; they stay until others use the scratch memory.
  package func images(_ mode: ForwardMode) throws -> Tensor {
    precondition(mode != .training, "samples leave the running statistics alone")
    return try network.forward(fixedLatents, pass: pass, layout: layout, mode: mode)
  }
}
