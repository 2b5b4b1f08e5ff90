import Numerics

/// Spectral normalization: the weights of a convolution or a dense layer, a matrix W with a row for each output channel,
/// are divided by an estimate σ of their largest singular value (Miyato et al. 2018, arXiv 1802.05957, algorithm 1). The
/// bias is not divided.
///
/// With u and v held fixed, σ = uᵀWv, and the gradient with respect to W is (∂Ŵ − ⟨∂Ŵ, Ŵ⟩ u vᵀ) / σ, ∂Ŵ being the
/// gradient with respect to the divided weights Ŵ. The inner product is a sum over samples, Σ ⟨δ, z − b⟩, with z the
/// layer's output, δ its gradient and b the bias. `LayerScalars` sums it over the shards: the owner of a part of the
/// gradient needs no other part.
///
/// Sendable: in a parallel loop a thread writes only the elements of its own iteration.
final class SpectralNorm: @unchecked Sendable {
  /// u and v, with PyTorch's names and order.
  let buffers: [ParameterTensor]
  /// Ŵ of the last `normalize`, in the order of W: [tap, input channel][output channel].
  let weights: Floats

  private let context: ComputeContext
  private let geometry: ConvolutionGeometry
  /// Of W in the flat parameters.
  private let offset: Int
  private var raw: Floats!
  private var u: Floats!
  private var v: Floats!
  private var sigma = 1.0
  private let wv: UnsafeMutablePointer<Double>
  private let wu: UnsafeMutablePointer<Double>
  /// Sums of `wv` over blocks of W's memory, [block][output channel].
  private let partial: UnsafeMutablePointer<Double>
  /// Of each shard, [2][output channel].
  private let dots: UnsafeMutablePointer<Double>
  private let ones: Floats
  private let zeros: Floats
  private var scalars: LayerScalars?
  private var number = 0

  /// PyTorch's bound of the norms by which it divides.
  private static let smallestNorm = 1e-12
  /// Rows of W's memory in a block.
  private static let rowsPerBlock = 256

  private var inputs: Int { geometry.patch }
  private var outputs: Int { geometry.small.channels }

  /// - Parameters:
  ///   - index: of the layer in nn.Sequential.
  ///   - weight: W.
  ///   - shards: of this rank.
  init(
    index: Int, _ geometry: ConvolutionGeometry, weight: ParameterTensor, shards: Int,
    allocator: inout ParameterAllocator, context: ComputeContext
  ) {
    self.geometry = geometry
    self.context = context
    offset = weight.offset
    let outputs = geometry.small.channels
    var ofOneOutput = geometry.small
    ofOneOutput.channels = 1
    buffers = [
      allocator.tensor("\(index).weight_u", [outputs], .singularVector),
      allocator.tensor(
        "\(index).weight_v", [geometry.patch], .singularVector,
        geometry: ConvolutionGeometry(
          large: geometry.large, small: ofOneOutput, kernel: (geometry.kernelHeight, geometry.kernelWidth),
          stride: geometry.stride, top: geometry.top, left: geometry.left)),
    ]
    let arena = context.arena
    weights = arena.floats(geometry.weightCount)
    wv = arena.doubles(outputs)
    wu = arena.doubles(geometry.patch)
    partial = arena.doubles((geometry.patch + Self.rowsPerBlock - 1) / Self.rowsPerBlock * outputs)
    dots = arena.doubles(shards * 2 * outputs)
    (ones, zeros) = (arena.floats(outputs), arena.floats(outputs))
    for channel in 0..<outputs { ones[channel] = 1 }
  }

  func attach(parameters: Floats, buffers memory: Floats) {
    raw = parameters + offset
    u = memory + buffers[0].offset
    v = memory + buffers[1].offset
  }

  /// Sets the layer's place among the network's scalars.
  func attach(_ scalars: LayerScalars, number: Int) {
    self.scalars = scalars
    self.number = number
  }

  /// One step of the power iteration: v = Wᵀu / ‖Wᵀu‖, then u = Wv / ‖Wv‖. Every rank computes it alike.
  func iterate() {
    computeWu()
    setUnitVector(v, wu, count: inputs)
    computeWv()
    setUnitVector(u, wv, count: outputs)
  }

  /// Computes Ŵ = W / σ of the current W, u and v.
  func normalize() {
    computeWv()
    var sum = 0.0
    for output in 0..<outputs { sum += Double(u[output]) * wv[output] }
    sigma = max(sum, Self.smallestNorm)
    let divisor = Float(sigma)
    forEachBlock { rows, _ in
      let (weights, raw) = (weights, raw!)
      for place in rows.lowerBound * outputs..<rows.upperBound * outputs { weights[place] = raw[place] / divisor }
    }
  }

  /// Sets the layer's scalars of a backward pass.
  ///
  /// - Parameters:
  ///   - output: z.
  ///   - bias: nil if z has none.
  ///   - group: the network's group of the pass's first one.
  func addDots(gradient: Tensor, output: Tensor, bias: Floats?, into group: Int, layout: BatchLayout) {
    guard let scalars else { preconditionFailure("a network's spectral norms have a place among its scalars") }
    let (channels, rows) = (outputs, output.shape.area)
    for (own, segments) in layout.segments.enumerated() {
      nonisolated(unsafe) let (dots, scalars, means, ones) = (dots, scalars, bias ?? zeros, ones)
      context.threads.forEach(segments.count) { [kernels = context.kernels, number] shard, _ in
        let samples = segments[shard]
        let (sum, dot) = (dots + shard * 2 * channels, dots + (shard * 2 + 1) * channels)
        kernels.normalizeBackwardSums(
          sum: sum, dot: dot, gradient: gradient.sample(samples.lowerBound), x: output.sample(samples.lowerBound),
          y: output.sample(samples.lowerBound), rows: samples.count * rows, channels: channels, range: 0..<channels,
          mean: means, inverse: ones, slope: 1)
        scalars.set(
          (0..<channels).reduce(0) { $0 + dot[$1] }, layer: number, group: group + own, shard: shard)
      }
    }
  }

  /// Turns ∂Ŵ into the gradient with respect to W.
  ///
  /// - Parameters:
  ///   - gradient: complete, of the flat parameters `range`; elements of other tensors stay unchanged.
  func completeGradient(_ gradient: Floats, _ range: Range<Int>) {
    guard let scalars else { preconditionFailure("a network's spectral norms have a place among its scalars") }
    let own = range.clamped(to: offset..<offset + geometry.weightCount)
    if own.isEmpty { return }
    nonisolated(unsafe) let gradient = gradient + (own.lowerBound - range.lowerBound)
    let first = own.lowerBound - offset
    let dot = Float(scalars.total(layer: number))
    let block = Self.rowsPerBlock * outputs
    let divisor = Float(sigma)
    context.threads.forEach((own.count + block - 1) / block) { index, _ in
      let (u, v, outputs) = (u!, v!, outputs)
      for place in index * block..<min((index + 1) * block, own.count) {
        let (input, output) = (first + place).quotientAndRemainder(dividingBy: outputs)
        gradient[place] = (gradient[place] - dot * u[output] * v[input]) / divisor
      }
    }
  }

  /// Wv: sums over blocks of inputs, then over the blocks in order.
  private func computeWv() {
    forEachBlock { rows, block in
      let (raw, v, outputs) = (raw!, v!, outputs)
      let sums = partial + block * outputs
      sums.update(repeating: 0, count: outputs)
      for input in rows {
        let (row, factor) = (raw + input * outputs, Double(v[input]))
        for output in 0..<outputs { sums[output] += factor * Double(row[output]) }
      }
    }
    wv.update(repeating: 0, count: outputs)
    for block in 0..<blocks {
      for output in 0..<outputs { wv[output] += partial[block * outputs + output] }
    }
  }

  /// Wᵀu, each element in four chains of additions.
  private func computeWu() {
    forEachBlock { rows, _ in
      let (raw, u, outputs) = (raw!, u!, outputs)
      for input in rows {
        let row = raw + input * outputs
        var sums = (0.0, 0.0, 0.0, 0.0)
        for start in stride(from: 0, to: outputs - 3, by: 4) {
          sums.0 += Double(row[start]) * Double(u[start])
          sums.1 += Double(row[start + 1]) * Double(u[start + 1])
          sums.2 += Double(row[start + 2]) * Double(u[start + 2])
          sums.3 += Double(row[start + 3]) * Double(u[start + 3])
        }
        for output in outputs / 4 * 4..<outputs { sums.0 += Double(row[output]) * Double(u[output]) }
        wu[input] = (sums.0 + sums.1) + (sums.2 + sums.3)
      }
    }
  }

  private func setUnitVector(_ unit: Floats, _ values: UnsafeMutablePointer<Double>, count: Int) {
    var square = 0.0
    for place in 0..<count { square += values[place] * values[place] }
    let norm = max(square.squareRoot(), Self.smallestNorm)
    for place in 0..<count { unit[place] = Float(values[place] / norm) }
  }

  private var blocks: Int { (inputs + Self.rowsPerBlock - 1) / Self.rowsPerBlock }

  /// Calls `body` with the rows of each block of W's memory.
  private func forEachBlock(_ body: @Sendable (_ rows: Range<Int>, _ block: Int) -> Void) {
    context.threads.forEach(blocks) { [inputs] block, _ in
      body(block * Self.rowsPerBlock..<min((block + 1) * Self.rowsPerBlock, inputs), block)
    }
  }
}
