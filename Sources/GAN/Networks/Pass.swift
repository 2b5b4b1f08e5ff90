import Numerics

/// Memory of one forward and backward pass through a network: the layers' outputs, the statistics that their backward
/// passes need, and the gradients. The memory of a layer's output is reused after its last use in the backward pass.
package final class Pass {
  /// Element type of outputs and gradients.
  package typealias Activation = Float
  package typealias Block = MemoryPlan.Block<Activation>

  let samples: Int
  /// Random numbers of the next forward pass and of the backward pass after it; if nil, random layers are the identity.
  package var randomness: PassRandomness?
  /// For a tangent pass, the pass whose derivative it is.
  private let point: Pass?
  private let network: Network
  /// Statistics of a batch norm, as in its `LayerRecord`.
  private typealias Statistics = (mean: Floats, inverse: Floats, ofSamples: UnsafeMutablePointer<Double>)
  private var layers: [any Layer] { network.layers }
  /// Outputs of the layers that are not in place.
  private var outputs: [Block?] = []
  /// Gradients of the layers' inputs; nil if computed in place.
  private var gradients: [Block?]
  /// Gradients of the network's outputs.
  private var startGradients: [Block] = []
  /// For the first layer of each branch, the gradient of its input.
  private var branchGradients: [Block?]
  private var statistics: [Statistics?] = []
  private var region: UnsafeMutableRawPointer?
  /// The layer whose output goes to the tensor of `redirect`: the last one that is not in place. Later layers work in
  /// that tensor.
  private let redirected: Int?
  private var elsewhere: Tensor?

  /// Plans a forward pass.
  ///
  /// - Parameters:
  ///   - samples: the most samples of a pass on this rank.
  ///   - groups: the most groups.
  ///   - keepsOutputs: whether a backward pass needs the layers' outputs.
  ///   - writesElsewhere: whether `redirect` sets the place of the network's output before each pass.
  ///   - point: for a tangent pass, the pass whose derivative it is.
  package init(
    _ network: Network, samples: Int, groups: Int, keepsOutputs: Bool = true, writesElsewhere: Bool = false,
    tangentOf point: Pass? = nil, plan: inout MemoryPlan
  ) {
    self.network = network
    self.point = point
    self.samples = samples
    gradients = Array(repeating: nil, count: network.layers.count)
    branchGradients = gradients
    redirected = writesElsewhere ? network.layers.lastIndex { !$0.isInPlace } : nil
    let arena = network.context.arena
    var previous: Block?
    for (place, layer) in network.layers.enumerated() {
      let isElsewhere = layer.isInPlace || place == redirected
      outputs.append(isElsewhere ? nil : plan.hold(samples * layer.outputShape.sampleCount, of: Activation.self))
      // A branch needs the output of an earlier layer.
      if !keepsOutputs, !layer.isInPlace, !network.hasBranches {
        if let previous { plan.release(previous) }
        previous = outputs[place]
      }
      let count = layer.statisticsCount
      statistics.append(
        count == 0
          ? nil : (arena.floats(groups * count), arena.floats(groups * count), arena.doubles(samples * 2 * count)))
    }
  }

  /// Plans the backward pass after the forward one, without the gradient of the input.
  ///
  /// - Parameter start: memory of the gradient of the network's output; nil to plan it.
  package func planBackward(from start: Block? = nil, plan: inout MemoryPlan) {
    let last = planBackward(from: start, needsInputGradient: false, keepsOutputs: false, plan: &plan)
    plan.release(last)
  }

  /// Plans the backward pass after the forward one.
  ///
  /// - Parameter keepsOutputs: whether the layers' outputs are needed afterwards, up to `releaseOutputs`.
  /// - Returns: memory of the gradient of the input, for the caller to release.
  package func planBackwardToInput(keepsOutputs: Bool = false, plan: inout MemoryPlan) -> Block {
    planBackward(from: nil, needsInputGradient: true, keepsOutputs: keepsOutputs, plan: &plan)
  }

  /// - Returns: memory of the last gradient.
  private func planBackward(
    from start: Block?, needsInputGradient: Bool, keepsOutputs: Bool, plan: inout MemoryPlan
  ) -> Block {
    precondition(start == nil || !network.hasBranches, "a gradient from elsewhere is that of the one output")
    startGradients = network.outputShapes.map {
      start ?? plan.hold(samples * $0.sampleCount, of: Activation.self)
    }
    var gradient = startGradients[startGradients.count - 1]
    for (place, layer) in layers.enumerated().reversed() {
      if let output = network.outputNumber(of: place) { gradient = startGradients[output] }
      for branch in network.branches[place] { plan.release(branchGradients[branch]!) }
      if !keepsOutputs, !layer.needsOutput, let output = outputs[place] { plan.release(output) }
      if !layer.overwritesGradient, network.sources[place] >= 0 || needsInputGradient {
        let next = plan.hold(samples * inputShape(place).sampleCount, of: Activation.self)
        gradients[place] = next
        plan.release(gradient)
        gradient = next
      }
      if !keepsOutputs, layer.needsOutput, let output = outputs[place] { plan.release(output) }
      if network.startsBranch(place) { branchGradients[place] = gradient }
    }
    return gradient
  }

  /// Releases the layers' outputs.
  package func releaseOutputs(plan: inout MemoryPlan) {
    for output in outputs.compactMap({ $0 }) { plan.release(output) }
  }

  /// Sets the memory of the completed plan.
  package func attach(_ region: UnsafeMutableRawPointer) { self.region = region }

  /// Sets the place of the network's output.
  package func redirect(to output: Tensor) { elsewhere = output }

  /// The record of the layer at `place` for a pass of `samples` samples; `input` is the tensor that an in-place layer
  /// overwrites.
  func record(_ place: Int, samples: Int, input: Tensor) -> LayerRecord {
    var source = place
    while source >= 0, layers[source].isInPlace { source -= 1 }
    let output: Tensor =
      if source < 0 {
        input
      } else if source == redirected {
        elsewhere![samples: 0..<samples]
      } else {
        tensor(outputs[source]!, layers[source].outputShape, samples)
      }
    let statistics = statistics[place]
    return LayerRecord(
      output: output, mean: statistics?.mean, inverse: statistics?.inverse, sampleStatistics: statistics?.ofSamples,
      randomness: randomness, point: point?.record(place, samples: samples, input: input).output)
  }

  /// The gradient of one of the network's outputs, to be written before the backward pass.
  package func outputGradient(_ samples: Int, ofOutput number: Int = 0) -> Tensor {
    tensor(startGradients[number], network.outputShapes[number], samples)
  }

  /// Sets all elements of the gradients of the network's outputs to `value`.
  func setOutputGradients(of samples: Int, to value: Float) {
    for number in startGradients.indices { outputGradient(samples, ofOutput: number).values.update(repeating: value) }
  }

  /// The gradient of the input of the layer at `place`, which starts a branch.
  func branchGradient(_ place: Int, samples: Int) -> Tensor {
    tensor(branchGradients[place]!, inputShape(place), samples)
  }

  /// The gradient of the input of the layer at `place`; nil if computed in place.
  func inputGradient(_ place: Int, samples: Int) -> Tensor? {
    gradients[place].map { tensor($0, inputShape(place), samples) }
  }

  private func inputShape(_ place: Int) -> Shape {
    network.sources[place] < 0 ? network.inputShape : layers[network.sources[place]].outputShape
  }

  private func tensor(_ block: Block, _ shape: Shape, _ samples: Int) -> Tensor {
    guard let region else { preconditionFailure("attach the plan's region first") }
    precondition(samples <= self.samples, "planned for \(self.samples) samples")
    return Tensor(shape.with(samples: samples), block.start(in: region))
  }
}
