import Numerics
import Testing

/// The automatic choice of algorithms: the committed table, the nearest entry, and the rule for other convolutions.
@Suite struct ConvolutionChoiceTests {
  private static func geometry(
    kernel: Int = 4, stride: Int = 2, channels: (large: Int, small: Int), map: Int
  ) -> ConvolutionGeometry {
    let side = (map - 1) * stride + kernel - 2
    return ConvolutionGeometry(
      large: Shape(samples: 1, height: side, width: side, channels: channels.large),
      small: Shape(samples: 1, height: map, width: map, channels: channels.small), kernel: (kernel, kernel),
      stride: stride, top: 1, left: 1)
  }

  private static func measured(
    channels: (large: Int, small: Int) = (64, 128), map: Int = 16, samples: Int = 8, kernel: Int = 4,
    _ set: InstructionSet = .avx2
  ) -> MeasuredConvolution {
    MeasuredConvolution(geometry(kernel: kernel, channels: channels, map: map), samplesPerShard: samples, set)
  }

  @Test func everyEntrySuitsItsConvolution() {
    #expect(!MeasuredConvolution.table.isEmpty)
    for entry in MeasuredConvolution.table {
      let sizes = entry.convolution.sizes
      let geometry = Self.geometry(
        kernel: entry.convolution.kernel[0], stride: entry.convolution.stride, channels: (sizes[0], sizes[1]),
        map: sizes[2])
      for pass in ConvolutionPass.allCases { #expect(entry.choice[pass].suits(geometry), "\(entry.source)") }
    }
  }

  @Test func noConvolutionIsThereTwice() {
    let convolutions = MeasuredConvolution.table.map(\.convolution)
    #expect(Set(convolutions).count == convolutions.count)
  }

  /// The facades recipe's convolutions, at every measured shard size and instruction set.
  @Test(arguments: InstructionSet.allCases)
  func theRecipeIsThereItself(set: InstructionSet) {
    for (channels, map) in [((3, 64), 32), ((64, 128), 16), ((128, 256), 8), ((256, 512), 4)] {
      for samples in [8, 16, 64] {
        let convolution = Self.measured(channels: channels, map: map, samples: samples, set)
        let own = MeasuredConvolution.table.first { $0.convolution == convolution }
        #expect(own != nil, "\(channels), \(samples) samples")
        let automatic = ConvolutionChoice.automatic(
          Self.geometry(channels: channels, map: map), samplesPerShard: samples, instructionSet: set)
        #expect(automatic == own?.choice)
      }
    }
  }

  @Test func distancesAreProductsOfRatios() {
    let one = Self.measured()
    #expect(one.distance(to: one) == 1)
    #expect(one.distance(to: Self.measured(channels: (128, 64))) == 4)
    #expect(one.distance(to: Self.measured(map: 8)) == 4)
    #expect(Self.measured(map: 8).distance(to: one) == 4)
    #expect(one.distance(to: Self.measured(samples: 12)) == 1.5)
    #expect(one.distance(to: Self.measured(kernel: 5)) == nil)
    #expect(one.distance(to: Self.measured(.avx512)) == nil)
  }

  @Test func theNearestOfTheTable() {
    let near = MeasuredConvolution.Entry(Self.measured(samples: 16), ConvolutionChoice(.winograd2))
    let far = MeasuredConvolution.Entry(Self.measured(samples: 64), ConvolutionChoice(.winograd4))
    let otherSet = MeasuredConvolution.Entry(Self.measured(samples: 8, .baseline), ConvolutionChoice(.im2col))
    let table = [far, otherSet, near]
    #expect(Self.measured(samples: 8).nearest(in: table) == near)
    #expect(Self.measured(samples: 50).nearest(in: table) == far)
    #expect(Self.measured(samples: 32).nearest(in: table) == far, "the first of equally near ones")
    #expect(Self.measured(samples: 4, .baseline).nearest(in: table) == otherSet)
    #expect(Self.measured(kernel: 5).nearest(in: table) == nil)
    let limit = Int(MeasuredConvolution.farthest)
    #expect(Self.measured(samples: 64 * limit).nearest(in: table) == far)
    #expect(Self.measured(samples: 64 * limit + 1).nearest(in: table) == nil)
  }

  /// The rule, for kernels of 3 × 3, which no entry has.
  @Test func whereNothingHasBeenMeasured() {
    func choice(_ channels: (Int, Int), map: Int, kernel: Int = 3) -> ConvolutionChoice {
      .automatic(
        Self.geometry(kernel: kernel, stride: 1, channels: channels, map: map), samplesPerShard: 8,
        instructionSet: .avx2)
    }
    #expect(choice((64, 64), map: 8) == ConvolutionChoice(.winograd4))
    #expect(choice((64, 64), map: 2) == ConvolutionChoice(.direct))
    #expect(choice((3, 64), map: 8) == ConvolutionChoice(.direct))
    #expect(choice((64, 64), map: 8, kernel: 7) == ConvolutionChoice(.direct), "there are no transforms")
  }

  /// The line that `bench --tune --table` prints makes the entry.
  @Test func anEntrysSource() {
    let choice = ConvolutionChoice(forward: .winograd4, backwardData: .im2col, backwardWeights: .winograd2)
    #expect(
      MeasuredConvolution.Entry(Self.measured(map: 8), choice).source
        == ".init(.avx2, kernel: 4, stride: 2, channels: (64, 128), map: 8, shard: 8, .winograd4, .im2col, "
        + ".winograd2),")
  }
}
