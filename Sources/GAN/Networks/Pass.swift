import Tensor

/// Memory of one forward pass: what each layer puts out and what its backward pass needs.
package final class Pass {
  private let layers: [any Layer]
  private var outputs: [Tensor?] = []
  private var statistics: [(mean: Floats, inverse: Floats)?] = []
  /// The last layer that is not in place; those after it work in its memory.
  private let last: Int?

  /// - Parameters:
  ///   - samples: the most samples of a pass on this rank.
  ///   - groups: the most groups.
  ///   - writesElsewhere: whether `redirect` will say before each pass where the network's output goes.
  package init(_ network: Network, samples: Int, groups: Int, writesElsewhere: Bool = false) {
    layers = network.layers
    last = layers.lastIndex { !$0.isInPlace }
    let arena = network.context.arena
    for (place, layer) in layers.enumerated() {
      if layer.isInPlace || (place == last && writesElsewhere) {
        outputs.append(nil)
      } else {
        outputs.append(arena.tensor(layer.outputShape.with(samples: samples)))
      }
      let count = groups * layer.statisticsCount
      statistics.append(count == 0 ? nil : (arena.floats(count), arena.floats(count)))
    }
  }

  /// Makes `output` the place of the network's output.
  package func redirect(to output: Tensor) {
    if let last { outputs[last] = output }
  }

  /// The record of the layer at `place` for a pass of `samples` samples; `input` is what an in-place layer overwrites.
  func record(_ place: Int, samples: Int, input: Tensor) -> LayerRecord {
    var source = place
    while source >= 0, layers[source].isInPlace { source -= 1 }
    let tensor = source < 0 ? input : outputs[source]![samples: 0..<samples]
    return LayerRecord(output: tensor, mean: statistics[place]?.mean, inverse: statistics[place]?.inverse)
  }
}

/// Two buffers that gradients move between on their way back through a network.
package struct GradientBuffers {
  private let first: Floats
  private let second: Floats

  /// - Parameter samples: the most samples of a pass on this rank, over both networks that share the buffers.
  package init(for networks: [(network: Network, samples: Int)], arena: Arena) {
    let count = networks.map { network, samples in
      samples * (network.layers.map(\.outputShape.sampleCount) + [network.inputShape.sampleCount]).max()!
    }.max()!
    first = arena.floats(count)
    second = arena.floats(count)
  }

  /// A tensor in the first buffer, for a network's output gradient.
  package func start(_ shape: Shape, _ samples: Int) -> Tensor { Tensor(shape.with(samples: samples), first) }

  /// A tensor in the buffer that `gradient` is not in.
  func other(than gradient: Tensor, shape: Shape, _ samples: Int) -> Tensor {
    Tensor(shape.with(samples: samples), gradient.data == first ? second : first)
  }
}
