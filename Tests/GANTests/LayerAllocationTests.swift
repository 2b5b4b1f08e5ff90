import GAN
import Numerics
import Testing

/// Every kind of layer, in both networks.
extension AllocationTests {
  /// The kinds of `LayerSpecification`. One that is missing in `init` or `variants` does not compile.
  enum LayerKind: CaseIterable {
    case dense, reshape, flatten, convolution, transposedConvolution, upsample, batchNorm, dropout, relu, leakyRelu,
      tanh, branch

    init(_ layer: LayerSpecification) {
      switch layer {
      case .dense: self = .dense
      case .reshape: self = .reshape
      case .flatten: self = .flatten
      case .convolution: self = .convolution
      case .transposedConvolution: self = .transposedConvolution
      case .upsample: self = .upsample
      case .batchNorm: self = .batchNorm
      case .dropout: self = .dropout
      case .relu: self = .relu
      case .leakyRelu: self = .leakyRelu
      case .tanh: self = .tanh
      case .branch: self = .branch
      }
    }

    /// Layers of this kind with each of its settings, from 4 channels of 4 × 4 pixels to the same shape.
    var variants: [[LayerSpecification]] {
      let map = LayerSpecification.reshape(FeatureShape(channels: 4, height: 4, width: 4))
      let half = LayerSpecification.convolution(.init(channels: 4, kernel: 2, stride: 2, padding: 0, bias: false))
      func convolution(_ kernel: Int, _ padding: ConvolutionSpecification.Padding, bias: Bool) -> LayerSpecification {
        .convolution(.init(channels: 4, kernel: kernel, padding: padding, bias: bias))
      }
      func transposed(
        _ kernel: Int, _ padding: ConvolutionSpecification.Padding, output: Int = 0, bias: Bool
      ) -> LayerSpecification {
        .transposedConvolution(
          .init(channels: 4, kernel: kernel, stride: 2, padding: padding, outputPadding: output, bias: bias))
      }
      switch self {
      case .dense:
        return [true, false].flatMap { bias in
          [false, true].map { [.flatten, .dense(units: 64, bias: bias, spectralNorm: $0), map] }
        }
      case .reshape: return [[.reshape(FeatureShape(channels: 16, height: 2, width: 2)), map]]
      case .flatten: return [[.flatten, map]]
      case .convolution:
        let normalized = LayerSpecification.convolution(
          .init(channels: 4, kernel: 3, padding: 1, bias: true, spectralNorm: true))
        return [
          [convolution(3, 1, bias: true)], [convolution(5, .same, bias: false)], [convolution(1, 0, bias: true)],
          [normalized], [normalized, .leakyRelu(slope: 0.2)], [normalized, .dropout(rate: 0.3)],
        ]
      case .transposedConvolution:
        return [
          [transposed(4, 1, bias: true), half], [transposed(5, .same, bias: false), half],
          [transposed(3, 1, output: 1, bias: true), half],
        ]
      case .upsample: return UpsamplingMode.allCases.map { [.upsample(scale: 2, mode: $0), half] }
      case .batchNorm:
        let plain = LayerSpecification.batchNorm()
        let own = LayerSpecification.batchNorm(.init(epsilon: 1e-3, momentum: 0.2, alwaysBatch: true))
        return [[plain], [own], [plain, .relu], [plain, .leakyRelu(slope: 0.2)], [plain, .tanh], [plain, plain]]
      case .dropout:
        return DropoutKind.allCases.flatMap { kind -> [[LayerSpecification]] in
          [[.dropout(rate: 0.3, kind: kind)], [.relu, .dropout(rate: 0.3, kind: kind)]]
        }
      case .relu: return [[.relu], [.relu, .relu], [convolution(3, 1, bias: true), .relu]]
      case .leakyRelu: return [[.leakyRelu(slope: 0.2)], [convolution(3, 1, bias: true), .leakyRelu(slope: 0.2)]]
      case .tanh: return [[.tanh], [convolution(3, 1, bias: true), .tanh]]
      case .branch:
        let logit: [LayerSpecification] = [.flatten, .dense(units: 1)]
        return [
          [.relu] + logit + [.branch(from: 1)], [.batchNorm(), .relu] + logit + [.branch(from: 1), .tanh],
          [.relu] + logit + [.branch(from: 0), .relu] + logit + [.branch(from: 1), .dropout(rate: 0.1)],
        ]
      }
    }

    /// 8 × 8 images in colour. Only D has branches.
    static func model(_ layers: [LayerSpecification]) -> ModelSpecification {
      let ofGenerator = layers.contains(where: \.isBranch) ? [] : layers
      return ModelSpecification(
        latent: .init(size: 6),
        generator: .layers(
          [.dense(units: 64), .reshape(FeatureShape(channels: 4, height: 4, width: 4))] + ofGenerator + [
            .upsample(scale: 2, mode: .nearest),
            .convolution(.init(channels: 3, kernel: 3, padding: 1, bias: true)), .tanh,
          ]),
        discriminator: .layers(
          [.convolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: true))] + layers + [
            .flatten, .dense(units: 1),
          ]), image: FeatureShape(channels: 3, height: 8, width: 8))
    }
  }

  @Test(arguments: LayerKind.allCases, [(1, 5), (2, 5)])
  func aStepThroughALayerAllocatesNothing(_ kind: LayerKind, _ test: (threads: Int, shards: Int)) throws {
    for layers in kind.variants {
      #expect(layers.contains { LayerKind($0) == kind })
      try expectNoAllocation(LayerKind.model(layers), threads: test.threads, shards: test.shards)
    }
  }

  /// Windows that every algorithm supports.
  @Test(arguments: ConvolutionAlgorithm.allCases, [(1, 5), (2, 5)])
  func aStepByAnAlgorithmAllocatesNothing(
    _ algorithm: ConvolutionAlgorithm, _ test: (threads: Int, shards: Int)
  ) throws {
    let layers: [LayerSpecification] = [
      .transposedConvolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: true)), .relu,
      .convolution(.init(channels: 4, kernel: 4, stride: 2, padding: 1, bias: false)), .batchNorm(), .relu,
    ]
    try expectNoAllocation(
      LayerKind.model(layers), threads: test.threads, shards: test.shards, algorithms: .init(algorithm: algorithm))
  }

  func expectNoAllocation(
    _ model: ModelSpecification, _ training: TrainingSpecification? = nil, threads count: Int, shards: Int,
    algorithms: KernelSettings = .init(), sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let kernels = Kernels(.native)
    let threads = Threads(count: count)
    defer { threads.stop() }
    let engine = Engine(
      kernels: kernels, threads: threads, peers: SingleRank(shards: shards, kernels: kernels), algorithms: algorithms,
      samplesPerShard: 2)
    try expectSteadyMemory(
      model, training ?? TrainingSpecification(batch: 10, shards: shards), batches: [10, 3], engine,
      sourceLocation: sourceLocation)
  }
}
