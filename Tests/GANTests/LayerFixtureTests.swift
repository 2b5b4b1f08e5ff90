import GAN
import ModelFiles
import Numerics
import Testing

/// Every kind of layer against PyTorch in double precision.
@Suite struct LayerFixtureTests {
  @Test func theFixturesAreThere() throws {
    let file = try fixture("layers")
    let all = LayerFixture.all(
      "convolution", "transposedConvolution", "convolutionSame", "transposedConvolutionSame", "outputPadding", "dense",
      "reshape", "flatten", "upsample", "batchNorm", "relu", "leakyRelu", "tanh", "bce", "adam")
    #expect(file.metadata.count == all.count)
    #expect(LayerFixture.all("convolution").count > 5 && LayerFixture.all("batchNorm").count > 3)
  }

  @Test(arguments: Kernels.available, LayerFixture.all("convolution", "transposedConvolution"))
  func convolutions(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let weight = try #require(try fixture.shape("weight"))
    let isTransposed = fixture.layer == "transposedConvolution"
    let specification = ConvolutionSpecification(
      channels: isTransposed ? weight[1] : weight[0], kernel: Int(try fixture.number("kernel")),
      stride: Int(try fixture.number("stride")), padding: .symmetric(Int(try fixture.number("padding"))),
      bias: try fixture.shape("bias") != nil)
    for shards in [1, 2] {
      let net = try fixture.network(
        [isTransposed ? .transposedConvolution(specification) : .convolution(specification)], shards: shards, kernels)
      try fixture.checkConvolution(net)
    }
  }

  /// Rounding of a slope, of its product and of the file: 3 u. A tanh of 2 units in the last place: 4 u, and the
  /// file's; 1 − y² in its gradient doubles that and adds the rounding of y², of the difference and of the product.
  @Test(arguments: Kernels.available, LayerFixture.all("relu", "leakyRelu", "tanh"))
  func activations(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let layer: LayerSpecification =
      switch fixture.layer {
      case "relu": .relu
      case "leakyRelu": .leakyRelu(slope: Float(try fixture.number("slope")))
      default: .tanh
      }
    try fixture.check(try fixture.network([layer], shards: 2, kernels), within: fixture.layer == "tanh" ? 12 : 3)
  }

  /// Sums of at most 80 rows, in single-precision chains of 64, err by at most √64 u in their mean; normalizing,
  /// scaling, adding and the file err by the same again. The mean and the running mean are rounded to single precision,
  /// each by u · |mean|. Relative to the deviation that is large far from 0 and for nearly constant input.
  @Test(arguments: Kernels.available, LayerFixture.all("batchNorm"))
  func batchNorms(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let layer = LayerSpecification.batchNorm(
      .init(epsilon: Float(try fixture.number("epsilon")), momentum: Float(try fixture.number("momentum"))))
    let input = try fixture.tensor("input").map(Double.init)
    let mean = input.reduce(0, +) / Double(input.count)
    let deviation = (input.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(input.count)).squareRoot()
    let bound = 16 + 2 * abs(mean) / deviation
    for shards in [1, 3] {
      let net = try fixture.network([layer], shards: shards, kernels)
      let byRunning = try net.forward(.runningStatistics)
      let byRunningTruth = try fixture.tensor("outputByRunning")
      #expect(relativeError(byRunning.pyTorchValues, byRunningTruth) <= bound * RoundingModel.unit)
      for name in ["running_mean", "running_var"] {
        let unmoved = net.parameter("0.\(name)").values(in: net.network.buffers)
        let before = try fixture.tensor(name)
        #expect(unmoved == before)
      }
      try fixture.check(net, within: bound)
      for name in ["running_mean", "running_var"] {
        let moved = net.parameter("0.\(name)").values(in: net.network.buffers)
        let after = try fixture.tensor("\(name).after")
        #expect(relativeError(moved, after) <= 16 * RoundingModel.unit, "\(name)")
      }
    }
  }

  @Test(arguments: LayerFixture.all("bce"))
  func binaryCrossEntropy(_ fixture: LayerFixture) throws {
    let (logits, labels) = (try fixture.tensor("logits"), try fixture.tensor("labels"))
    let count = Double(logits.count)
    var (mean, slopes) = (0.0, [Double](repeating: 0, count: logits.count))
    for (place, (logit, label)) in zip(logits, labels).enumerated() {
      let loss = BinaryCrossEntropy(labels: .fixed(real: label, fake: 0))
      mean += withUnsafePointer(to: logit) {
        loss.discriminator(ImageLogits(values: $0, count: 1, slopes: &slopes[place]), isReal: true) / count
      }
    }
    let truth = Double(try fixture.tensor("loss")[0])
    // Computed in double precision; the file is rounded once.
    #expect(abs(mean - truth) <= 1.001 * RoundingModel.unit * truth)
    let gradients = slopes.map { $0 / count }
    let gradientTruth = try fixture.tensor("logitsGradient").map(Double.init)
    #expect(relativeError(gradients, gradientTruth) <= 2 * RoundingModel.unit)
  }

  /// In each step a parameter is rounded once, its update, which is smaller, errs by a few units, and a moment is
  /// rounded three times. `AdamKernelTests` bound every element.
  @Test(arguments: Kernels.available, LayerFixture.all("adam"))
  func adam(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    var parameters = try fixture.tensor("parameter0")
    let count = parameters.count
    var (mean, square) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    for step in 1...5 {
      let coefficients = AdamCoefficients(
        learningRate: try fixture.number("learningRate"), beta1: try fixture.number("beta1"),
        beta2: try fixture.number("beta2"), epsilon: try fixture.number("epsilon"),
        weightDecay: try fixture.number("weightDecay"), isDecoupled: fixture.name == "decoupled", step: step)
      let isFinite = kernels.adam(
        &parameters, gradient: try fixture.tensor("gradient\(step)"), mean: &mean, square: &square, count: count,
        coefficients)
      #expect(isFinite)
      let truth = try fixture.tensor("parameter\(step)")
      #expect(relativeError(parameters, truth) <= 8 * RoundingModel.unit, "step \(step)")
    }
    let (meanTruth, squareTruth) = (try fixture.tensor("moment1"), try fixture.tensor("moment2"))
    #expect(relativeError(mean, meanTruth) <= 16 * RoundingModel.unit)
    #expect(relativeError(square, squareTruth) <= 16 * RoundingModel.unit)
  }
}
