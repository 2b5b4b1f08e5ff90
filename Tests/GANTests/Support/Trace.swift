import GAN
import ModelFiles
import Numerics

/// A training run recorded by PyTorch: the inputs and outputs of each phase of each step.
struct Trace {
  let file: SafetensorsFile
  let model: ModelSpecification
  let training: TrainingSpecification
  let steps: Int

  init(_ name: String, shards: Int) throws {
    file = try fixture(name)
    let metadata = TraceMetadata(values: file.metadata)
    steps = metadata.number("steps")
    model = metadata.model
    training = metadata.training(shards: shards)
  }

  /// Prefix of the names of the state before step `step`.
  func before(_ step: Int) -> String { step == 0 ? "initial" : after(step - 1) }

  func after(_ step: Int) -> String { "step\(step)/parameter" }

  /// Loads the parameters, and the running statistics if asked, of `place` into a network.
  func load(_ network: Network, from place: String, buffers: Bool = true) throws {
    for tensor in network.tensors {
      tensor.set(try file.floats("\(place)/\(network.name).\(tensor.name)"), in: network.parameters)
    }
    for tensor in network.bufferTensors where buffers {
      tensor.set(try file.floats("\(place)/\(network.name).\(tensor.name)"), in: network.buffers)
    }
  }
}

/// The settings that no tensor shows; `Recipe` of Tests/Peers writes them.
private struct TraceMetadata {
  let values: [String: String]

  func number<Number: LosslessStringConvertible>(_ key: String) -> Number { Number(values[key]!)! }

  func choice<Choice: RawRepresentable>(_ key: String) -> Choice where Choice.RawValue == String {
    Choice(rawValue: values[key]!)!
  }

  /// Older traces lack some keys.
  func isTrue(_ key: String) -> Bool { values[key] == "true" }

  var model: ModelSpecification {
    let preset: Preset = choice("preset")
    // false is the preset's default: biases if no batch norm follows.
    let bias = isTrue("bias") ? true : nil
    var model = ModelSpecification(
      latent: .init(size: number("latentSize"), distribution: choice("latentDistribution")),
      generator: .preset(.init(preset, width: number("width"), bias: bias)),
      discriminator: .preset(
        .init(
          preset, width: number("width"), bias: bias, batchNorm: number("batchNorm"), dropout: number("dropout"),
          spectralNorm: isTrue("spectralNorm"))),
      image: FeatureShape(
        channels: number("channels"), height: number("imageSize"), width: number("imageSize")))
    if isTrue("branch") { addBranch(to: &model) }
    return model
  }

  /// Adds a second logit, from the 8×8 map after D's second rectifier.
  private func addBranch(to model: inout ModelSpecification) {
    var layers = model.discriminatorLayers
    let start = layers.indices.filter { layers[$0] == .leakyRelu(slope: 0.2) }[1]
    let head = ConvolutionSpecification(
      channels: 1, kernel: 8, padding: 0, bias: !isTrue("batchNorm"), spectralNorm: isTrue("spectralNorm"))
    layers += [.branch(from: start), .convolution(head)]
    model.discriminator = .layers(layers)
  }

  func training(shards: Int) -> TrainingSpecification {
    TrainingSpecification(
      batch: number("batch"), shards: shards, seed: number("seed"),
      rules: .init {
        $0.loss = loss
        $0.inputNoise = number("inputNoise")
        $0.augmentation = augmentation
        $0.noise = choice("noise")
        $0.updates = .init(discriminator: number("discriminatorUpdates"), generator: number("generatorUpdates"))
        $0.generatorStatistics = choice("generatorStatistics")
        $0.generator = optimizer("generator")
        $0.discriminator = optimizer("discriminator")
      })
  }

  private var loss: LossSpecification {
    switch values["loss"]! {
    case "hinge": return .hinge()
    case "leastSquares": return .leastSquares()
    case "relativistic": return .relativistic()
    case "wgan": return .wasserstein(.init(clip: number("clip")))
    case "wganGP": return .wassersteinPenalty(.init(weight: number("penalty")))
    default:
      let amplitude: Float = number("labels.amplitude")
      return .binaryCrossEntropy(
        .init(
          labels: amplitude > 0
            ? .random(amplitude: amplitude) : .fixed(real: number("labels.real"), fake: number("labels.fake")),
          discriminator: choice("discriminatorLoss")))
    }
  }

  private var augmentation: DifferentiableAugmentation {
    let groups = (values["augmentation"] ?? "").split(separator: ",").map {
      DifferentiableAugmentation.Group(rawValue: "\($0)")!
    }
    return .init(Set(groups), probability: values["augmentationProbability"].map { Float($0)! } ?? 1)
  }

  private func optimizer(_ network: String) -> OptimizerSpecification {
    let adam = Adam(
      learningRate: number("\(network).learningRate"), beta1: number("\(network).beta1"),
      beta2: number("\(network).beta2"), epsilon: number("\(network).epsilon"),
      weightDecay: number("\(network).weightDecay"))
    switch values["\(network).kind"]! {
    case "adamW": return .adamW(.init(adam))
    case "rmsprop":
      return .rmsprop(
        .init(
          learningRate: adam.learningRate, smoothing: adam.beta2, epsilon: adam.epsilon,
          weightDecay: adam.weightDecay))
    default: return .adam(adam)
    }
  }
}
