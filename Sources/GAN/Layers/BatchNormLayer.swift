import Numerics

/// Batch norm over all samples and pixels of a group, on all ranks (Ioffe & Szegedy 2015, algorithm 1), with the
/// rectifier that follows it. Moments are computed per sample and merged (Chan, Golub & LeVeque 1979), never
/// as E[x²] − E[x]².
///
/// Sendable: in a parallel loop a thread writes only the shard leaf or the sample statistics of its own iteration.
final class BatchNormLayer: Layer, @unchecked Sendable {
  package let name: LayerName
  let isInPlace = false
  let outputShape: Shape
  let parameters: [ParameterTensor]
  let buffers: [ParameterTensor]
  var statisticsCount: Int { outputShape.channels }
  var description: String {
    switch slope {
    case nil: "batch norm"
    case 0: "batch norm, ReLU"
    case let slope?: "batch norm, LeakyReLU \(slope)"
    }
  }

  private let specification: BatchNormSpecification
  private let runningUpdates: Int
  private let slope: Float?
  private let context: ComputeContext
  private let moments: ShardStatistics
  private let gradients: ShardStatistics
  private let means: Floats
  private var scale: Floats!
  private var shift: Floats!
  private var runningMean: Floats!
  private var runningVariance: Floats!

  /// - Parameters:
  ///   - slope: slope below 0 of the rectifier that follows; nil if none follows.
  ///   - runningUpdates: updates of the running statistics in a training pass.
  init(
    index: Int, _ specification: BatchNormSpecification, slope: Float?, shape: Shape, groups: Int, runningUpdates: Int,
    allocator: inout ParameterAllocator, buffers bufferAllocator: inout ParameterAllocator, engine: Engine
  ) {
    name = .entry(index)
    self.specification = specification
    self.slope = slope
    self.runningUpdates = runningUpdates
    context = engine.context
    outputShape = shape
    let channels = shape.channels
    parameters = [
      allocator.tensor("\(index).weight", [channels], .scale), allocator.tensor("\(index).bias", [channels], .shift),
    ]
    buffers = [
      bufferAllocator.tensor("\(index).running_mean", [channels], .runningMean),
      bufferAllocator.tensor("\(index).running_var", [channels], .runningVariance),
    ]
    moments = ShardStatistics(width: 1 + 2 * channels, groups: groups, peers: engine.peers, arena: engine.arena)
    gradients = ShardStatistics(width: 2 * channels, groups: groups, peers: engine.peers, arena: engine.arena)
    means = context.arena.floats(2 * channels)
  }

  func attach(parameters memory: Floats, buffers bufferMemory: Floats) {
    scale = memory + parameters[0].offset
    shift = memory + parameters[1].offset
    runningMean = bufferMemory + buffers[0].offset
    runningVariance = bufferMemory + buffers[1].offset
  }

  /// Computes the samples' moments.
  func beginForward(
    _ input: Tensor, into record: LayerRecord, samples: Range<Int>, channels: Range<Int>, mode: ForwardMode
  ) {
    if goesByRunning(mode) { return }
    for sample in samples {
      let moments = ofSample(sample, record)
      context.kernels.moments(
        mean: moments, m2: moments + outputShape.channels, of: input.sample(sample), rows: outputShape.area,
        channels: outputShape.channels, range: channels)
    }
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) throws {
    let channels = outputShape.channels
    if goesByRunning(mode) {
      for group in 0..<layout.groups {
        for channel in 0..<channels {
          record.mean![group * channels + channel] = runningMean[channel]
          record.inverse![group * channels + channel] = inverseDeviation(Double(runningVariance[channel]))
        }
      }
    } else {
      try measure(record, layout: layout, movingRunning: mode == .training)
    }
    let area = outputShape.area
    context.threads.forEach(layout.samples) { [kernels = context.kernels] sample, _ in
      let group = sample / layout.samplesPerGroup
      kernels.normalize(
        record.output.sample(sample), from: input.sample(sample), rows: area, channels: channels,
        mean: record.mean! + group * channels, inverse: record.inverse! + group * channels, scale: scale, shift: shift,
        slope: slope ?? 1)
      finished(sample..<sample + 1, 0..<channels)
    }
  }

  /// Computes the samples' sums of the gradient, and of the gradient times the normalized input.
  func beginBackward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, samples: Range<Int>, channels: Range<Int>,
    layout: BatchLayout
  ) {
    let width = outputShape.channels
    for sample in samples {
      let group = sample / layout.samplesPerGroup
      let sums = ofSample(sample, record)
      context.kernels.normalizeBackwardSums(
        sum: sums, dot: sums + width, gradient: gradient.sample(sample), x: input.sample(sample),
        y: record.output.sample(sample), rows: outputShape.area, channels: width, range: channels,
        mean: record.mean! + group * width, inverse: record.inverse! + group * width, slope: slope ?? 1)
    }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) throws {
    let channels = outputShape.channels
    let area = outputShape.area
    let slope = slope ?? 1
    forEachShard(layout) { group, shard, samples in
      let leaf = gradients.leaf(group: group, shard: shard)
      leaf.update(repeating: 0, count: 2 * channels)
      for sample in samples {
        let sums = ofSample(sample, record)
        for index in 0..<2 * channels { leaf[index] += sums[index] }
      }
    }
    try gradients.sum(groups: layout.groups)
    if let sums { writeGradients(into: sums, layout) }

    let rows = Double(layout.globalSamples * area)
    for group in 0..<layout.groups {
      let total = gradients.total(group: group)
      for index in 0..<2 * channels { means[index] = Float(total[index] / rows) }
      let first = group * layout.samplesPerGroup
      context.threads.forEach(layout.samplesPerGroup) { [kernels = context.kernels] index, _ in
        let sample = first + index
        kernels.normalizeBackward(
          gradient.sample(sample), x: input.sample(sample), y: record.output.sample(sample), rows: area,
          channels: channels, mean: record.mean! + group * channels, inverse: record.inverse! + group * channels,
          scale: scale, meanD: means, meanDot: means + channels, slope: slope)
        finished(sample..<sample + 1, 0..<channels)
      }
    }
  }

  /// Computes the batch moments of each group into `record`. The groups update the running statistics in order.
  private func measure(_ record: LayerRecord, layout: BatchLayout, movingRunning: Bool) throws {
    let channels = outputShape.channels
    let area = Double(outputShape.area)
    forEachShard(layout) { group, shard, samples in
      let leaf = moments.leaf(group: group, shard: shard)
      leaf[0] = 0
      (leaf + 1).update(repeating: 0, count: 2 * channels)
      for sample in samples { mergeMoments(leaf, count: area, ofSample(sample, record), channels: channels) }
    }
    try moments.reduce(groups: layout.groups) { mergeMoments($0, count: $1[0], $1 + 1, channels: channels) }
    for group in 0..<layout.groups {
      let total = moments.total(group: group)
      let count = total[0]
      for channel in 0..<channels {
        let mean = total[1 + channel]
        let m2 = total[1 + channels + channel]
        record.mean![group * channels + channel] = Float(mean)
        record.inverse![group * channels + channel] = inverseDeviation(m2 / count)
        for _ in 0..<(movingRunning ? runningUpdates : 0) {
          let unbiased = m2 / max(1, count - 1)
          runningMean[channel] += specification.momentum * (Float(mean) - runningMean[channel])
          runningVariance[channel] += specification.momentum * (Float(unbiased) - runningVariance[channel])
        }
      }
    }
  }

  private func goesByRunning(_ mode: ForwardMode) -> Bool {
    precondition(mode != .tangent, "batch norm is not piecewise linear")
    return mode == .runningStatistics && !specification.alwaysBatch
  }

  private func inverseDeviation(_ variance: Double) -> Float {
    Float(1 / (variance + Double(specification.epsilon)).squareRoot())
  }

  /// The totals are complete on every rank. Only the owner of shard 0 adds them to the exchange of sums.
  private func writeGradients(into sums: NodeBuffers, _ layout: BatchLayout) {
    let channels = outputShape.channels
    let isFirst = layout.reduction.range.lowerBound == 0
    for group in 0..<layout.groups {
      let total = gradients.total(group: group)
      for node in layout.reduction.nodes.indices {
        let sum = sums[group: group, node: node]
        for channel in 0..<channels {
          // Adding 0 turns −0 into 0, as the other ranks' zeros would.
          sum[parameters[0].offset + channel] = isFirst && node == 0 ? Float(total[channels + channel]) + 0 : 0
          sum[parameters[1].offset + channel] = isFirst && node == 0 ? Float(total[channel]) + 0 : 0
        }
      }
    }
  }

  /// The two rows of statistics of a sample: moments in the forward pass, gradient sums in the backward pass.
  private func ofSample(_ sample: Int, _ record: LayerRecord) -> UnsafeMutablePointer<Double> {
    record.sampleStatistics! + sample * 2 * outputShape.channels
  }

  private func forEachShard(
    _ layout: BatchLayout, _ body: @Sendable (_ group: Int, _ shard: Int, _ samples: Range<Int>) -> Void
  ) {
    let shards = layout.reduction.range.count
    context.threads.forEach(layout.groups * shards) { unit, _ in
      body(unit / shards, unit % shards, layout.segments[unit / shards][unit % shards])
    }
  }
}

/// left ← left and right: (count, means, sums of squared differences) of two sets of values (Chan, Golub & LeVeque
/// 1979). A count of 0 is the identity.
///
/// - Parameter right: means, then sums of squared differences, of `rightCount` values.
package func mergeMoments(
  _ left: UnsafeMutablePointer<Double>, count rightCount: Double, _ right: UnsafeMutablePointer<Double>, channels: Int
) {
  if rightCount == 0 { return }
  let count = left[0] + rightCount
  let share = rightCount / count
  let weight = left[0] * share
  let (mean, m2) = (left + 1, left + 1 + channels)
  for channel in 0..<channels {
    let difference = right[channel] - mean[channel]
    mean[channel] += difference * share
    m2[channel] += right[channels + channel] + difference * difference * weight
  }
  left[0] = count
}
