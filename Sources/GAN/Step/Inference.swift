import Numerics

/// Runs a network's forward pass in one process, outside training.
package final class Inference {
  /// The most samples of a pass.
  package let count: Int
  private let network: Network
  private let pass: Pass
  private let reduction: ShardReduction
  private var layouts: [Int: BatchLayout] = [:]

  /// - Parameters:
  ///   - network: its current parameters are used at each call.
  ///   - scratch: memory that is free during a call; if it is too small, `Inference` allocates its own.
  package init(
    _ network: Network, count: Int, scratch: UnsafeMutableRawBufferPointer? = nil, engine: Engine
  ) {
    self.count = count
    let shards = min(8, count)  // only so that threads can share the work
    let engine = Engine(sharing: engine, peers: SingleRank(shards: shards, kernels: engine.kernels))
    self.network = Network(sharing: network, engine: engine)
    reduction = engine.peers.reduction
    var plan = MemoryPlan()
    pass = Pass(self.network, samples: count, groups: 1, keepsOutputs: false, plan: &plan)
    let bytes = plan.complete()
    if let scratch, scratch.count >= bytes {
      pass.attach(scratch.baseAddress!)
    } else {
      pass.attach(engine.arena.region(bytes: bytes))
    }
    engine.workspace.commit()
  }

  package var outputShape: Shape { network.outputShape }
  /// Indices of the network's outputs.
  package var outputs: Range<Int> { network.outputs }
  package var outputShare: Double { network.outputShare }

  /// One of the outputs of the last pass, which was on `input`.
  package func output(_ number: Int, of input: Tensor) -> Tensor {
    network.output(number, input, pass: pass, layout: layout(input.shape.samples))
  }

  /// The network's last output for `input`, valid until the next pass or another use of the scratch memory.
  package func output(of input: Tensor, _ mode: ForwardMode) throws -> Tensor {
    precondition(mode != .training, "the running statistics stay as they are")
    return try network.forward(input, pass: pass, layout: layout(input.shape.samples), mode: mode)
  }

  private func layout(_ samples: Int) -> BatchLayout {
    if let known = layouts[samples] { return known }
    let shards = reduction.range.count
    let bounds = (0...shards).map { $0 * samples / shards }
    let layout = BatchLayout(
      reduction: reduction, shardSizes: zip(bounds, bounds.dropFirst()).map { $1 - $0 }, globalSamples: samples)
    layouts[samples] = layout
    return layout
  }
}
