/// What decides how fast the algorithms of a convolution are; `disttrain bench --tune` measures which is the best.
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

  /// The factor by which all sizes together differ, the product of the ratio of each: 1 for equal ones, 4 for twice the
  /// channels on both sides. Nil for another kernel, stride or instruction set.
  ///
  /// Without logarithms, whose last bits are not those of every CPU.
  package func distance(to other: MeasuredConvolution) -> Double? {
    guard (instructionSet, kernel, stride) == (other.instructionSet, other.kernel, other.stride) else { return nil }
    return zip(sizes, other.sizes).reduce(1) { $0 * Double(max($1.0, $1.1)) / Double(min($1.0, $1.1)) }
  }

  /// Beyond this distance a measurement says nothing.
  package static let farthest = 32.0

  /// The first of the nearest entries of `table`.
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

    /// As the source of the table has it.
    ///
    /// - Parameters:
    ///   - kernel: of one side.
    ///   - channels: of the large map and of the small one.
    ///   - map: side of the small one.
    ///   - shard: its samples.
    init(
      _ instructionSet: InstructionSet, kernel: Int, stride: Int, channels: (Int, Int), map: Int, shard: Int,
      _ reduce: ConvolutionAlgorithm, _ expand: ConvolutionAlgorithm, _ weightGradient: ConvolutionAlgorithm
    ) {
      convolution = MeasuredConvolution(
        instructionSet, kernel: [kernel, kernel], stride: stride,
        sizes: [channels.0, channels.1, map, map, shard])
      choice = ConvolutionChoice(reduce: reduce, expand: expand, weightGradient: weightGradient)
    }

    /// The line of Swift that says this entry, for a square kernel and square maps.
    package var source: String {
      let sizes = convolution.sizes
      return """
        .init(.\(convolution.instructionSet), kernel: \(convolution.kernel[0]), stride: \(convolution.stride), \
        channels: (\(sizes[0]), \(sizes[1])), map: \(sizes[2]), shard: \(sizes[4]), \
        .\(choice.reduce), .\(choice.expand), .\(choice.weightGradient)),
        """
    }
  }
}
