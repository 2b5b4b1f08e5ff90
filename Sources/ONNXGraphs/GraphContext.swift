import GAN
import Numerics

/// The kernels and threads that nodes compute with, and the convolutions that are kept between runs.
final class GraphContext {
  private let engine: Engine
  private var convolutions: [String: PlannedConvolution] = [:]
  private var layouts: [Int: BatchLayout] = [:]
  /// More than one, so that threads can share the work.
  private static let shards = 8

  init(_ context: ComputeContext) {
    engine = Engine(context, peers: SingleRank(shards: Self.shards, kernels: context.kernels))
  }

  var kernels: Kernels { engine.kernels }
  var threads: Threads { engine.threads }

  /// A planned convolution with its weights.
  final class PlannedConvolution {
    let convolution: ChosenConvolution
    let weights: Floats
    fileprivate(set) var isLoaded = false

    fileprivate init(_ convolution: ChosenConvolution, _ weights: Floats) {
      self.convolution = convolution
      self.weights = weights
    }
  }

  /// Runs the convolution of a node from the large map to the small one, or from small to large if `isTransposed`.
  ///
  /// - Parameters:
  ///   - node: the key of the node, under which its plan and weights are kept.
  ///   - weights: in PyTorch's order.
  ///   - isConstant: whether the weights are the same in every run.
  func convolve(
    _ input: [Float], _ geometry: ConvolutionGeometry, isTransposed: Bool, samples: Int, node: String,
    weights: @autoclosure () -> [Float], isConstant: Bool
  ) -> [Float] {
    let planned = plan(node, geometry, isTransposed: isTransposed)
    if !planned.isLoaded {
      weights().withUnsafeBufferPointer { geometry.setWeights(planned.weights, fromPyTorch: $0.baseAddress!) }
      planned.isLoaded = isConstant
    }
    let layout = layout(samples)
    let (from, to) = isTransposed ? (geometry.small, geometry.large) : (geometry.large, geometry.small)
    var source = input
    return source.withUnsafeMutableBufferPointer { source in
      [Float](unsafeUninitializedCapacity: samples * to.sampleCount) { buffer, count in
        count = buffer.count
        if samples == 0 { return }
        let input = Tensor(from.with(samples: samples), source.baseAddress!)
        let output = Tensor(to.with(samples: samples), buffer.baseAddress!)
        if isTransposed {
          planned.convolution.backwardData(input, weights: planned.weights, into: output, layout: layout)
        } else {
          planned.convolution.forward(input, weights: planned.weights, into: output, layout: layout)
        }
      }
    }
  }

  /// Runs `body` on parts of `values`, using all threads.
  func forEachPart(_ values: inout [Float], _ body: @Sendable (UnsafeMutableBufferPointer<Float>) -> Void) {
    let part = 1 << 14
    values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let whole = values
      threads.forEach((whole.count + part - 1) / part) { index, _ in
        body(UnsafeMutableBufferPointer(rebasing: whole[index * part..<min((index + 1) * part, whole.count)]))
      }
    }
  }

  /// Adds a number to each channel of `map`, [samples · pixels][channels].
  func add(_ bias: [Float], to map: inout [Float], _ shape: Shape) {
    var bias = bias
    bias.withUnsafeMutableBufferPointer { bias in
      map.withUnsafeMutableBufferPointer { map in
        nonisolated(unsafe) let (bias, data) = (bias.baseAddress!, map.baseAddress!)
        threads.forEach(shape.samples) { [kernels] sample, _ in
          kernels.addBias(
            data + sample * shape.sampleCount, bias, rows: shape.area, channels: shape.channels,
            range: 0..<shape.channels)
        }
      }
    }
  }

  private func plan(_ node: String, _ geometry: ConvolutionGeometry, isTransposed: Bool) -> PlannedConvolution {
    if let known = convolutions[node], known.convolution.geometry == geometry { return known }
    let choice = engine.algorithms.choice(
      node, geometry, isTransposed: isTransposed, samplesPerShard: engine.samplesPerShard, kernels.instructionSet)
    let convolution = ChosenConvolution(geometry, choice, shards: Self.shards, context: engine.context)
    engine.workspace.commit()
    if let replaced = convolutions[node] { engine.arena.giveBack(replaced.weights) }
    let planned = PlannedConvolution(convolution, engine.arena.floats(geometry.weightCount))
    convolutions[node] = planned
    return planned
  }

  private func layout(_ samples: Int) -> BatchLayout {
    if let known = layouts[samples] { return known }
    let bounds = (0...Self.shards).map { $0 * samples / Self.shards }
    let layout = BatchLayout(
      reduction: engine.peers.reduction, shardSizes: zip(bounds, bounds.dropFirst()).map { $1 - $0 },
      globalSamples: samples)
    layouts[samples] = layout
    return layout
  }
}
