import Numerics

/// Memory of one pass through a network, forward and back: what each layer puts out, what its backward pass needs, and
/// the gradients on their way back. Planned step by step: a layer's output lives until the backward pass is through with
/// it, and then others take its place.
package final class Pass {
  /// What outputs and gradients are stored as.
  package typealias Activation = Float
  package typealias Block = MemoryPlan.Block<Activation>

  let samples: Int
  /// What the random layers of the next forward pass, and of the backward pass after it, go by; without it they leave
  /// everything as it is.
  package var randomness: PassRandomness?
  /// The pass whose derivative this one is.
  private let point: Pass?
  private let network: Network
  /// Of a batch norm, as in its `LayerRecord`.
  private typealias Statistics = (mean: Floats, inverse: Floats, ofSamples: UnsafeMutablePointer<Double>)
  private var layers: [any Layer] { network.layers }
  /// Outputs of the layers that are not in place.
  private var outputs: [Block?] = []
  /// Gradients of the layers' inputs, where they are not made in place.
  private var gradients: [Block?]
  private var startGradient: Block?
  private var statistics: [Statistics?] = []
  private var region: UnsafeMutableRawPointer?
  /// The layer whose output goes where `redirect` says: the last one that is not in place; those after it work there.
  private let redirected: Int?
  private var elsewhere: Tensor?

  /// Plans a forward pass.
  ///
  /// - Parameters:
  ///   - samples: the most samples of a pass on this rank.
  ///   - groups: the most groups.
  ///   - keepsOutputs: whether a backward pass will need what the layers put out.
  ///   - writesElsewhere: whether `redirect` will say before each pass where the network's output goes.
  ///   - point: for a tangent pass the pass whose derivative it is.
  package init(
    _ network: Network, samples: Int, groups: Int, keepsOutputs: Bool = true, writesElsewhere: Bool = false,
    tangentOf point: Pass? = nil, plan: inout MemoryPlan
  ) {
    self.network = network
    self.point = point
    self.samples = samples
    gradients = Array(repeating: nil, count: network.layers.count)
    redirected = writesElsewhere ? network.layers.lastIndex { !$0.isInPlace } : nil
    let arena = network.context.arena
    var previous: Block?
    for (place, layer) in network.layers.enumerated() {
      let isElsewhere = layer.isInPlace || place == redirected
      outputs.append(isElsewhere ? nil : plan.hold(samples * layer.outputShape.sampleCount, of: Activation.self))
      if !keepsOutputs, !layer.isInPlace {
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
  /// - Parameter start: where the gradient of the network's output will be; nil for a place of its own.
  package func planBackward(from start: Block? = nil, plan: inout MemoryPlan) {
    let last = planBackward(from: start, needsInputGradient: false, keepsOutputs: false, plan: &plan)
    plan.release(last)
  }

  /// Plans the backward pass after the forward one.
  ///
  /// - Parameter keepsOutputs: whether the layers' outputs are needed after it, up to `releaseOutputs`.
  /// - Returns: where the gradient of the input will be, for the caller to release.
  package func planBackwardToInput(keepsOutputs: Bool = false, plan: inout MemoryPlan) -> Block {
    planBackward(from: nil, needsInputGradient: true, keepsOutputs: keepsOutputs, plan: &plan)
  }

  /// - Returns: where the last gradient will be.
  private func planBackward(
    from start: Block?, needsInputGradient: Bool, keepsOutputs: Bool, plan: inout MemoryPlan
  ) -> Block {
    var gradient = start ?? plan.hold(samples * network.outputShape.sampleCount, of: Activation.self)
    startGradient = gradient
    for (place, layer) in layers.enumerated().reversed() {
      if !keepsOutputs, !layer.needsOutput, let output = outputs[place] { plan.release(output) }
      if !layer.overwritesGradient, place > 0 || needsInputGradient {
        let next = plan.hold(samples * inputShape(place).sampleCount, of: Activation.self)
        gradients[place] = next
        plan.release(gradient)
        gradient = next
      }
      if !keepsOutputs, layer.needsOutput, let output = outputs[place] { plan.release(output) }
    }
    return gradient
  }

  /// Nobody needs what the layers put out from now on.
  package func releaseOutputs(plan: inout MemoryPlan) {
    for output in outputs.compactMap({ $0 }) { plan.release(output) }
  }

  /// Takes over the region of the completed plan.
  package func attach(_ region: UnsafeMutableRawPointer) { self.region = region }

  /// Makes `output` the place of the network's output.
  package func redirect(to output: Tensor) { elsewhere = output }

  /// The record of the layer at `place` for a pass of `samples` samples; `input` is what an in-place layer overwrites.
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

  /// Where the gradient of the network's output is expected.
  package func outputGradient(_ samples: Int) -> Tensor { tensor(startGradient!, network.outputShape, samples) }

  /// Where the gradient of the input of the layer at `place` goes, unless it is made in place.
  func inputGradient(_ place: Int, samples: Int) -> Tensor? {
    gradients[place].map { tensor($0, inputShape(place), samples) }
  }

  private func inputShape(_ place: Int) -> Shape {
    place == 0 ? network.inputShape : layers[place - 1].outputShape
  }

  private func tensor(_ block: Block, _ shape: Shape, _ samples: Int) -> Tensor {
    guard let region else { preconditionFailure("attach the plan's region first") }
    precondition(samples <= self.samples, "planned for \(self.samples) samples")
    return Tensor(shape.with(samples: samples), block.start(in: region))
  }
}
