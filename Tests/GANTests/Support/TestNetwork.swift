import GAN
import Numerics

/// A few layers on one rank, with the function Σ weight · output to differentiate.
final class TestNetwork {
  let network: Network
  let input: Tensor
  let layout: BatchLayout
  var kernels: Kernels { engine.kernels }
  private let engine: Engine
  let pass: Pass

  /// - Parameter samples: of one group.
  init(
    _ layers: [LayerSpecification], input shape: Shape, samples: Int, groups: Int = 1, shards: Int = 1,
    inputNoise: Float = 0, augmentation: DifferentiableAugmentation? = nil, kernels: Kernels
  ) throws {
    engine = Engine(
      kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: shards, kernels: kernels))
    network = try Network(
      name: "test", layers: layers, input: shape,
      inputOperations: (augmentation.map { [.augmentation($0)] } ?? [])
        + (inputNoise > 0 ? [.noise(standardDeviation: inputNoise)] : []), groups: groups, engine: engine)
    layout = BatchLayout(
      reduction: engine.peers.reduction,
      shardSizes: shardSizes(samples, batch: samples, shards: shards, in: 0..<shards), globalSamples: samples,
      groups: groups)
    var plan = MemoryPlan()
    pass = Pass(network, samples: layout.samples, groups: groups, plan: &plan)
    let sums = plan.hold(network.sumsCount, of: Float.self)
    _ = pass.planBackwardToInput(plan: &plan)  // never released
    let region = engine.arena.region(bytes: plan.complete())
    pass.attach(region)
    network.attach(sums: sums.start(in: region))
    input = engine.arena.tensor(shape.with(samples: layout.samples))
    engine.workspace.commit()
  }

  /// The output, until the next pass. The input is unchanged.
  func forward(_ mode: ForwardMode = .batchStatistics) throws -> Tensor {
    let before = array(input.data, input.shape.count)
    let output = try network.forward(input, pass: pass, layout: layout, mode: mode)
    precondition(bits(array(input.data, input.shape.count)) == bits(before), "a pass may not overwrite its input")
    return output
  }

  /// The gradients of Σ outputGradient · output after a forward pass: of the input, and of each parameter in PyTorch's
  /// order, over all shards and groups.
  func backward(_ outputGradient: (Tensor) -> Void) throws -> (input: Tensor, parameters: [String: [Float]]) {
    try backward { _, gradient in outputGradient(gradient) }
  }

  /// All outputs of the last forward pass.
  var outputs: [Tensor] { network.outputs.map { network.output($0, input, pass: pass, layout: layout) } }

  /// The same, with a gradient for each of the outputs.
  func backward(
    _ outputGradient: (Int, Tensor) -> Void
  ) throws -> (input: Tensor, parameters: [String: [Float]]) {
    for output in network.outputs { outputGradient(output, pass.outputGradient(layout.samples, ofOutput: output)) }
    let inputGradient = try network.backwardToInput(input, pass: pass, layout: layout, summingGradients: true)
    let reduction = NodeReduction(layout.reduction, kernels: engine.kernels)
    let sums = network.sums!
    let complete = sums[group: 0, node: 0]
    let fault = reduction.reduce(
      groups: layout.groups, range: 0..<network.flatCount, threads: engine.threads, into: complete
    ) {
      sums[group: $0, node: $1]
    }
    precondition(fault == nil, "\(fault!)")
    let parameters = network.tensors.map { ($0.name, $0.values(in: complete)) }
    return (inputGradient, Dictionary(uniqueKeysWithValues: parameters))
  }

  func parameter(_ name: String) -> ParameterTensor {
    (network.tensors + network.bufferTensors).first { $0.name == name }!
  }
}
