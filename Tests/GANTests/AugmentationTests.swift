import GAN
import Numerics
import Testing

/// Differentiable augmentation: the adjoint identity, and the share and range of what is drawn. Its values are compared
/// with PyTorch's by `TraceReplayTests`.
@Suite struct AugmentationTests {
  private typealias Group = DifferentiableAugmentation.Group
  private static let randomness = PassRandomness(seed: 5, step: 2, update: 1, .discriminator, firstSample: 3)
  static let shapes = [
    Shape(samples: 1, height: 16, width: 16, channels: 3), Shape(samples: 1, height: 13, width: 9, channels: 3),
    Shape(samples: 1, height: 8, width: 20, channels: 1),
  ]
  static let groups: [Set<DifferentiableAugmentation.Group>] =
    Group.allCases.map { [$0] } + [Set(Group.allCases)]

  /// The augmentation before a layer that changes nothing.
  private func network(
    _ augmentation: DifferentiableAugmentation, _ shape: Shape, samples: Int
  ) throws -> TestNetwork {
    let net = try TestNetwork(
      [.reshape(FeatureShape(shape))], input: shape, samples: samples, shards: 2, augmentation: augmentation,
      kernels: Kernels(.native))
    net.pass.randomness = Self.randomness
    return net
  }

  /// ⟨T′x, y⟩ = ⟨x, T*y⟩, T′ being T without its constant.
  @Test(arguments: shapes, groups)
  func theBackwardPassIsTheAdjoint(_ shape: Shape, _ groups: Set<DifferentiableAugmentation.Group>) throws {
    for probability in [1, 0.5] as [Float] {
      let samples = 24
      let net = try network(.init(groups, probability: probability), shape, samples: samples)
      let count = samples * shape.sampleCount
      let (x, y) = (normals(count, seed: 1), normals(count, seed: 2))
      _ = net.input.values.update(fromContentsOf: x)
      let output = array(try net.forward(.tangent).data, count)
      let gradient = try net.backward { _ = $0.values.update(fromContentsOf: y) }.input
      let back = array(gradient.data, count)
      for sample in 0..<samples {
        let range = sample * shape.sampleCount..<(sample + 1) * shape.sampleCount
        let left = range.reduce(0) { $0 + Double(output[$1]) * Double(y[$1]) }
        let right = range.reduce(0) { $0 + Double(x[$1]) * Double(back[$1]) }
        let size = range.reduce(0) { $0 + abs(Double(output[$1]) * Double(y[$1])) }
        #expect(abs(left - right) <= 1e-6 * size, "sample \(sample): \(left), \(right)")
      }
      if probability == 1 { #expect(bits(output) != bits(x)) }
    }
  }

  /// A training pass is the tangent pass and brightness, which is one number for an image.
  @Test func brightnessAddsANumber() throws {
    let (shape, samples) = (Self.shapes[0], 400)
    let net = try network(.init([.color], probability: 0.5), shape, samples: samples)
    let output = try net.forward(.training)
    var shifts: [Float] = []
    for sample in 0..<samples {
      let values = array(output.sample(sample), shape.sampleCount)
      #expect(Set(values).count == 1, "an image of zeros stays of one colour")
      shifts.append(values[0])
    }
    #expect(shifts.allSatisfy { abs($0) < 0.5 })
    // Four standard deviations of a share of one half.
    let applied = shifts.filter { $0 != 0 }
    #expect(abs(Double(applied.count) / Double(samples) - 0.5) < 4 * 0.5 / Double(samples).squareRoot())
    #expect(applied.min()! < -0.4 && applied.max()! > 0.4)
  }

  /// All shifts from −2 to 2 of 16 pixels occur, by whole pixels, and zeros come in.
  @Test func translationMovesWholePixels() throws {
    let (shape, samples) = (Self.shapes[0], 400)
    let net = try network(.init([.translation]), shape, samples: samples)
    let x = normals(samples * shape.sampleCount, seed: 3)
    _ = net.input.values.update(fromContentsOf: x)
    let output = try net.forward(.training)
    var seen: Set<[Int]> = []
    for sample in 0..<samples {
      let (before, after) = (net.input.sample(sample), output.sample(sample))
      func pixel(_ values: UnsafePointer<Float>, _ row: Int, _ column: Int) -> [Float] {
        guard 0..<16 ~= row, 0..<16 ~= column else { return [0, 0, 0] }
        return (0..<3).map { values[(row * 16 + column) * 3 + $0] }
      }
      let shifts = (-2...2).flatMap { down in (-2...2).map { [down, $0] } }.filter { shift in
        (0..<256).allSatisfy { place in
          let (row, column) = (place / 16, place % 16)
          return pixel(after, row, column) == pixel(before, row - shift[0], column - shift[1])
        }
      }
      #expect(shifts.count == 1, "sample \(sample)")
      seen.formUnion(shifts)
    }
    #expect(seen.count == 25)
  }

  /// A square of half a side around each place, clipped at the border.
  @Test func cutoutClearsASquare() throws {
    let (shape, samples) = (Self.shapes[0], 400)
    let net = try network(.init([.cutout]), shape, samples: samples)
    net.input.values.update(repeating: 1)
    let output = try net.forward(.training)
    var sides: Set<Int> = []
    for sample in 0..<samples {
      let values = output.sample(sample)
      let cleared = (0..<256).filter { values[3 * $0] == 0 }
      #expect(cleared.allSatisfy { values[3 * $0 + 1] == 0 && values[3 * $0 + 2] == 0 })
      let (rows, columns) = (Set(cleared.map { $0 / 16 }), Set(cleared.map { $0 % 16 }))
      #expect(cleared.count == rows.count * columns.count, "a rectangle")
      sides.insert(rows.count)
      #expect(rows.max()! - rows.min()! + 1 == rows.count && rows.count <= 8)
      #expect(rows.count == 8 || rows.contains(0) || rows.contains(15))
    }
    #expect(sides == [4, 5, 6, 7, 8])
  }

  @Test func nothingChangesOutsideOfTraining() throws {
    let shape = Self.shapes[0]
    let net = try network(.init(Set(Group.allCases)), shape, samples: 4)
    let x = normals(4 * shape.sampleCount, seed: 4)
    _ = net.input.values.update(fromContentsOf: x)
    #expect(bits(array(try net.forward(.runningStatistics).data, x.count)) == bits(x))
    #expect(bits(array(try net.forward(.batchStatistics).data, x.count)) == bits(x))
  }
}
