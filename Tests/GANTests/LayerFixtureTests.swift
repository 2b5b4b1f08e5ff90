import GAN
import ModelFiles
import Tensor
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
      try fixture.check(net, within: 2e-6)  // F(4×4) loses a bit or two: `WinogradErrorTests`
    }
  }

  @Test(arguments: Kernels.available, LayerFixture.all("relu", "leakyRelu", "tanh"))
  func activations(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let layer: LayerSpecification =
      switch fixture.layer {
      case "relu": .relu
      case "leakyRelu": .leakyRelu(slope: Float(try fixture.number("slope")))
      default: .tanh
      }
    try fixture.check(try fixture.network([layer], shards: 2, kernels), within: 3e-7)
  }

  /// Far from 0 and nearly constant the input has lost digits before batch norm sees it, and the mean loses them again in
  /// single precision: its last digit, against the deviation, is the bound.
  @Test(arguments: Kernels.available, LayerFixture.all("batchNorm"))
  func batchNorms(_ kernels: Kernels, _ fixture: LayerFixture) throws {
    let layer = LayerSpecification.batchNorm(
      .init(epsilon: Float(try fixture.number("epsilon")), momentum: Float(try fixture.number("momentum"))))
    let bound = ["farFromZero", "nearlyConstant"].contains(fixture.name) ? 1e-5 : 1e-6
    for shards in [1, 3] {
      let net = try fixture.network([layer], shards: shards, kernels)
      let byRunning = try net.forward(.runningStatistics)
      let byRunningTruth = try fixture.tensor("outputByRunning")
      #expect(relativeError(byRunning.pyTorchValues, byRunningTruth) < bound)
      for name in ["running_mean", "running_var"] {
        let unmoved = net.parameter("0.\(name)").values(in: net.network.buffers)
        let before = try fixture.tensor(name)
        #expect(unmoved == before)
      }
      try fixture.check(net, within: bound)
      for name in ["running_mean", "running_var"] {
        let moved = net.parameter("0.\(name)").values(in: net.network.buffers)
        let after = try fixture.tensor("\(name).after")
        #expect(relativeError(moved, after) < 1e-6, "\(name)")
      }
    }
  }

  /// Every logit is a group of its own, since a group has one label.
  @Test(arguments: LayerFixture.all("bce"))
  func binaryCrossEntropy(_ fixture: LayerFixture) throws {
    let (logits, labels) = (try fixture.tensor("logits"), try fixture.tensor("labels"))
    let kernels = Kernels(.native)
    let engine = Engine(
      kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: kernels))
    let layout = BatchLayout(
      reduction: engine.peers.reduction, shardSizes: [1], globalSamples: 1, groups: logits.count)
    let loss = BatchLoss(BinaryCrossEntropy(), groups: logits.count, engine: engine)
    let shape = Shape(samples: logits.count, height: 1, width: 1, channels: 1)
    let (input, gradient) = (engine.arena.tensor(shape), engine.arena.tensor(shape))
    input.set(fromPyTorch: logits)
    let smoothed = labels.map { Label(isReal: true, .fixed(real: $0, fake: 0)) }
    try loss.judge(input, labels: smoothed, layout: layout, gradient: gradient)
    let count = Double(logits.count)
    let mean = logits.indices.reduce(0) { $0 + loss.opinion(group: $1).loss } / count
    let truth = Double(try fixture.tensor("loss")[0])
    #expect(abs(mean - truth) <= 1e-7 * truth)
    let gradients = gradient.pyTorchValues.map { Double($0) / count }
    let gradientTruth = try fixture.tensor("logitsGradient").map(Double.init)
    #expect(relativeError(gradients, gradientTruth) < 1e-7)
  }

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
      kernels.adam(
        &parameters, gradient: try fixture.tensor("gradient\(step)"), mean: &mean, square: &square, count: count,
        coefficients)
      let truth = try fixture.tensor("parameter\(step)")
      #expect(relativeError(parameters, truth) < 3e-7, "step \(step)")
    }
    let (meanTruth, squareTruth) = (try fixture.tensor("moment1"), try fixture.tensor("moment2"))
    #expect(relativeError(mean, meanTruth) < 3e-7)
    #expect(relativeError(square, squareTruth) < 3e-7)
  }
}
