/// The properties of a convolution that decide which algorithm is the fastest; `disttrain bench --tune` measures it.
package struct MeasuredConvolution: Hashable, Sendable {
  package let instructionSet: InstructionSet
  /// Height and width of the kernel.
  package let kernel: [Int]
  package let stride: Int
  /// Channels of the large map and of the small one, height and width of the small one, samples of a shard.
  package let sizes: [Int]

  package init(_ geometry: ConvolutionGeometry, samplesPerShard: Int, _ instructionSet: InstructionSet) {
    self.init(
      instructionSet, kernel: [geometry.kernelHeight, geometry.kernelWidth], stride: geometry.stride,
      sizes: [
        geometry.large.channels, geometry.small.channels, geometry.small.height, geometry.small.width, samplesPerShard,
      ])
  }

  fileprivate init(_ instructionSet: InstructionSet, kernel: [Int], stride: Int, sizes: [Int]) {
    self.instructionSet = instructionSet
    self.kernel = kernel
    self.stride = stride
    self.sizes = sizes
  }

  /// The product of the ratios of all sizes: 1 if all are equal, 4 if both maps have twice the channels. Nil if kernel,
  /// stride or instruction set differ.
  ///
  /// A product, not a sum of logarithms: the last bits of a logarithm vary by CPU.
  package func distance(to other: MeasuredConvolution) -> Double? {
    guard (instructionSet, kernel, stride) == (other.instructionSet, other.kernel, other.stride) else { return nil }
    return zip(sizes, other.sizes).reduce(1) { $0 * Double(max($1.0, $1.1)) / Double(min($1.0, $1.1)) }
  }

  /// Measurements at a greater distance are not used.
  package static let farthest = 32.0

  /// The nearest entry of `table`, the first of equally near ones; nil if all are farther than `farthest`.
  package func nearest(in table: [Entry]) -> Entry? {
    table.compactMap { entry in distance(to: entry.convolution).map { (entry, $0) } }
      .filter { $0.1 <= Self.farthest }
      .min { $0.1 < $1.1 }?.0
  }
}

extension MeasuredConvolution {
  /// A line of the table.
  package struct Entry: Hashable, Sendable {
    package let convolution: MeasuredConvolution
    package let choice: ConvolutionChoice

    package init(_ convolution: MeasuredConvolution, _ choice: ConvolutionChoice) {
      self.convolution = convolution
      self.choice = choice
    }

    /// An entry as written in the table: a square kernel and square maps.
    ///
    /// - Parameters:
    ///   - kernel: side of the kernel.
    ///   - channels: of the large map and of the small one.
    ///   - map: side of the small map.
    ///   - shard: samples of a shard.
    init(
      _ instructionSet: InstructionSet, kernel: Int, stride: Int, channels: (Int, Int), map: Int, shard: Int,
      _ forward: ConvolutionAlgorithm, _ backwardData: ConvolutionAlgorithm, _ backwardWeights: ConvolutionAlgorithm
    ) {
      convolution = MeasuredConvolution(
        instructionSet, kernel: [kernel, kernel], stride: stride,
        sizes: [channels.0, channels.1, map, map, shard])
      choice = ConvolutionChoice(forward: forward, backwardData: backwardData, backwardWeights: backwardWeights)
    }

    /// The line of Swift that makes this entry, if kernel and maps are square.
    package var source: String {
      let sizes = convolution.sizes
      return """
        .init(.\(convolution.instructionSet), kernel: \(convolution.kernel[0]), stride: \(convolution.stride), \
        channels: (\(sizes[0]), \(sizes[1])), map: \(sizes[2]), shard: \(sizes[4]), \
        .\(choice.forward), .\(choice.backwardData), .\(choice.backwardWeights)),
        """
    }
  }
}
