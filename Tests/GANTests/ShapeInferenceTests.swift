import GAN
import Testing

/// Sizes as `torch.nn.Conv2d` and `torch.nn.ConvTranspose2d` of PyTorch 2.13 give them:
/// height, width, kernel, stride, padding, height after, width after.
struct ShapeInferenceTests {
  static let convolutions = [
    [9, 37, 7, 1, 2, 7, 35], [8, 32, 7, 2, 3, 4, 16], [25, 14, 1, 2, 0, 13, 7], [25, 28, 5, 1, 3, 27, 30],
    [18, 15, 5, 1, 2, 18, 15], [2, 2, 1, 3, 0, 1, 1], [25, 14, 4, 3, 0, 8, 4], [34, 15, 7, 2, 3, 17, 8],
    [36, 15, 3, 1, 1, 36, 15], [30, 19, 1, 2, 0, 15, 10],
  ]
  static let transposed = [
    [12, 19, 1, 3, 2, 30, 51], [33, 28, 5, 3, 1, 99, 84], [20, 19, 5, 2, 3, 37, 35], [27, 12, 3, 3, 2, 77, 32],
    [6, 29, 6, 3, 0, 21, 90], [11, 34, 7, 2, 2, 23, 69], [32, 2, 4, 1, 2, 31, 1], [38, 38, 4, 3, 1, 113, 113],
    [11, 33, 2, 1, 1, 10, 32],
  ]

  @Test(arguments: convolutions)
  func convolution(sizes: [Int]) throws {
    #expect(try shapes(sizes) { .convolution($0) } == [expected(sizes)])
  }

  @Test(arguments: transposed)
  func transposedConvolution(sizes: [Int]) throws {
    #expect(try shapes(sizes) { .transposedConvolution($0) } == [expected(sizes)])
  }

  @Test func whatDoesNotFit() {
    let error = #expect(throws: ShapeError.self) { try shapes([38, 3, 4, 1, 3]) { .transposedConvolution($0) } }
    #expect(error?.layer == 0 && error?.input == FeatureShape(channels: 2, height: 38, width: 3))
    #expect(throws: ShapeError.self) { try shapes([3, 9, 4, 1, 0]) { .convolution($0) } }
    let window = ConvolutionSpecification(channels: 1, kernel: 64, stride: 64, padding: 0, bias: false)
    let layers = Array(repeating: LayerSpecification.transposedConvolution(window), count: 1000)
    let overflow = #expect(throws: ShapeError.self) {
      try inferredShapes(of: layers, from: FeatureShape(channels: 1, height: 1, width: 1))
    }
    #expect(overflow?.layer == 2)
  }

  private static let image = FeatureShape(channels: 3, height: 8, width: 6)
  private static let narrowing = LayerSpecification.convolution(
    .init(channels: 5, kernel: 3, stride: 2, padding: 1, bias: true))

  @Test func aBranchStartsWhereItSays() throws {
    let layers: [LayerSpecification] = [
      Self.narrowing, .relu, .flatten, .dense(units: 1), .branch(from: 1), Self.narrowing, .branch(from: 0), .flatten,
    ]
    let half = FeatureShape(channels: 5, height: 4, width: 3)
    let quarter = FeatureShape(channels: 5, height: 2, width: 2)
    func vector(_ count: Int) -> FeatureShape { FeatureShape(channels: count, height: 1, width: 1) }
    #expect(
      try inferredShapes(of: layers, from: Self.image)
        == [half, half, vector(60), vector(1), half, quarter, half, vector(60)])
    #expect(try outputShapes(of: layers, from: Self.image) == [vector(1), quarter, vector(60)])
    #expect(try outputShapes(of: [Self.narrowing], from: Self.image) == [half])
  }

  /// First or last, twice, from itself or a later layer, from the layer before, from a branch.
  @Test(
    arguments: [
      [.branch(from: 0), .relu], [.relu, .relu, .branch(from: 0)],
      [.relu, .relu, .branch(from: 0), .branch(from: 0), .relu], [.relu, .relu, .branch(from: 2), .relu],
      [.relu, .relu, .branch(from: 9), .relu], [.relu, .branch(from: 0), .relu],
      [.relu, .relu, .branch(from: 0), .relu, .branch(from: 2), .relu],
    ] as [[LayerSpecification]])
  func aBranchThatDoesNotFit(_ layers: [LayerSpecification]) {
    let error = #expect(throws: ShapeError.self) { try inferredShapes(of: layers, from: Self.image) }
    #expect(error?.problem.contains("a branch stands behind") == true)
  }

  @Test(arguments: Preset.allCases)
  func presetsFit(preset: Preset) throws {
    let specification = PresetSpecification(preset, width: 16)
    for imageSize in preset.imageSizes {
      let shape = FeatureShape(channels: 3, height: imageSize, width: imageSize)
      let generator = specification.generator(imageSize: imageSize, imageChannels: 3)
      #expect(try inferredShapes(of: generator, from: FeatureShape(channels: 100, height: 1, width: 1)).last == shape)
      let logits = FeatureShape(channels: preset.logits, height: 1, width: 1)
      let discriminator = specification.discriminator(imageSize: imageSize)
      #expect(try inferredShapes(of: discriminator, from: shape).last == logits)
    }
  }

  private func shapes(
    _ sizes: [Int], _ layer: (ConvolutionSpecification) -> LayerSpecification
  ) throws -> [FeatureShape] {
    let window = ConvolutionSpecification(
      channels: 5, kernel: sizes[2], stride: sizes[3], padding: .symmetric(sizes[4]), bias: true)
    return try inferredShapes(of: [layer(window)], from: FeatureShape(channels: 2, height: sizes[0], width: sizes[1]))
  }

  private func expected(_ sizes: [Int]) -> FeatureShape {
    FeatureShape(channels: 5, height: sizes[5], width: sizes[6])
  }
}
