import GAN
import ImageIO

/// A key of the configuration, dotted, and its value as YAML.
package struct Setting: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case scalar(String)
    case list([String])
  }
  package let key: String
  package let value: Value

  /// The value on one line.
  package var text: String {
    switch value {
    case .scalar(let text): text
    case .list(let items): "[" + items.map { "{\($0)}" }.joined(separator: ", ") + "]"
    }
  }
}

extension Configuration {
  /// Every key with its value, in the order of the design.
  package var settings: [Setting] {
    [
      Setting(key: "name", value: .scalar(quoted(name))), Setting(key: "seed", value: .scalar("\(seed)")),
    ] + data.settings(model) + model.settings + train.settings
      + [
        Setting(key: "threads", value: .scalar(threads.yaml)), Setting(key: "watchdog", value: .scalar("\(watchdog)")),
      ] + kernels.settings + output.settings
  }

  /// The dotted name of every key there is.
  static let keys: [String] = {
    let layers = Setting(key: "model.generator.layers", value: .list([]))
    let optional = [layers, Setting(key: "model.discriminator.layers", value: .list([]))]
    let example = try? Configuration(
      yaml: "{data: {source: synthetic}, train: {steps: 1}}", file: "example")
    return (example.map(\.settings) ?? []).map(\.key) + optional.map(\.key)
  }()
}

extension CountSetting {
  fileprivate var yaml: String {
    switch self {
    case .automatic: "auto"
    case .fixed(let count): "\(count)"
    }
  }
}

extension DataSettings {
  fileprivate func settings(_ model: ModelSpecification) -> [Setting] {
    let cacheText =
      switch cache {
      case .automatic: "auto"
      case .off: "off"
      case .folder(let path): quoted(path)
      }
    return scalars(
      "data",
      [
        ("source", source.rawValue), ("path", path.map(quoted) ?? "null"), ("split", split.rawValue),
        ("emnist", emnist?.rawValue ?? "null"), ("transpose", transpose.map { "\($0)" } ?? "auto"),
        ("celeba.partition", celeba.partition.rawValue), ("celeba.attributes", celeba.attributesText),
        ("image.size", "\(model.imageSize)"), ("image.channels", "\(model.imageChannels)"),
        ("image.resize", resize.rawValue), ("image.antialias", "\(antialias)"), ("range", "[-1, 1]"),
        ("shuffle", "\(shuffle)"), ("lastBatch", lastBatch.rawValue), ("pattern", quoted(pattern)),
        ("validation", shortest(validation)), ("augment.flip", "\(augment.flip)"),
        ("augment.brightness", shortest(augment.brightness)),
        ("augment.contrast", shortest(augment.contrast)), ("limit", limit.map { "\($0)" } ?? "null"),
        ("decode", decode.rawValue),
        ("onBadImage", onBadImage.rawValue), ("cache", cacheText), ("synthetic.count", "\(syntheticCount)"),
      ])
  }
}

extension CelebASelection {
  fileprivate var attributesText: String {
    "{" + attributes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
  }
}

extension ModelSpecification {
  fileprivate var settings: [Setting] {
    scalars(
      "model", [("latent.size", "\(latent.size)"), ("latent.distribution", latent.distribution.rawValue)])
      + generator.settings("model.generator") + discriminator.settings("model.discriminator")
      + initialization.settings
  }
}

extension InitializationSpecification {
  fileprivate var settings: [Setting] {
    [weights.setting("model.init.weights")] + (dense.map { [$0.setting("model.init.dense")] } ?? [])
      + scalars(
        "model.init",
        [
          ("biases", biases.rawValue),
          ("batchNorm.normal", "[\(shortest(scaleMean)), \(shortest(scaleDeviation))]"),
        ])
  }
}

extension InitializationSpecification.Weights {
  fileprivate func setting(_ key: String) -> Setting {
    switch self {
    case .normal(let deviation): Setting(key: "\(key).normal", value: .scalar(shortest(deviation)))
    case .truncatedNormal(let deviation): Setting(key: "\(key).truncatedNormal", value: .scalar(shortest(deviation)))
    case .framework: Setting(key: key, value: .scalar("framework"))
    }
  }
}

extension NetworkSpecification {
  fileprivate func settings(_ path: String) -> [Setting] {
    switch self {
    case .preset(let preset):
      scalars(
        path,
        [("preset", preset.preset.rawValue), ("width", "\(preset.width)")]
          + (preset.bias.map { [("bias", "\($0)")] } ?? [])
          + (preset.batchNorm ? [] : [("batchNorm", "false")])
          + (preset.dropout.map { [("dropout", shortest($0))] } ?? []))
    case .layers(let layers): [Setting(key: "\(path).layers", value: .list(layers.map(\.yaml)))]
    }
  }
}

extension LayerSpecification {
  /// As an item of the list of layers.
  package var yaml: String {
    switch self {
    case .dense(let units, let bias): "dense: {units: \(units), bias: \(bias)}"
    case .reshape(let shape):
      "reshape: {channels: \(shape.channels), height: \(shape.height), width: \(shape.width)}"
    case .flatten: "flatten: {}"
    case .convolution(let window): "convolution: \(window.yaml)"
    case .transposedConvolution(let window): "transposedConvolution: \(window.yaml)"
    case .upsample(let scale, let mode): "upsample: {scale: \(scale), mode: \(mode.rawValue)}"
    case .batchNorm(let norm):
      "batchNorm: {epsilon: \(shortest(norm.epsilon)), momentum: \(shortest(norm.momentum))"
        + (norm.alwaysBatch ? ", statistics: batch}" : "}")
    case .dropout(let rate, let kind): "dropout: {rate: \(shortest(rate)), kind: \(kind.rawValue)}"
    case .relu: "relu: {}"
    case .leakyRelu(let slope): "leakyRelu: {slope: \(shortest(slope))}"
    case .tanh: "tanh: {}"
    }
  }
}

extension ConvolutionSpecification {
  fileprivate var yaml: String {
    let output = outputPadding > 0 ? "outputPadding: \(outputPadding), " : ""
    return "{channels: \(channels), kernel: \(kernel), stride: \(stride), padding: \(padding), \(output)bias: \(bias)}"
  }
}

extension TrainSettings {
  fileprivate var settings: [Setting] {
    scalars(
      "train",
      [
        ("batch", "\(batch)"), ("shards", shards.yaml), ("steps", steps.map { "\($0)" } ?? "null"),
        ("epochs", epochs.map { "\($0)" } ?? "null"),
      ] + loss.settings) + generator.settings("train.optimizer.generator")
      + discriminator.settings("train.optimizer.discriminator")
      + scalars(
        "train",
        [
          ("noise", noise.rawValue), ("updates.discriminator", "\(updates.discriminator)"),
          ("updates.generator", "\(updates.generator)"), ("generatorStatistics", generatorStatistics.rawValue),
          ("inputNoise", shortest(inputNoise)),
        ])
  }
}

extension LossSpecification {
  fileprivate var settings: [(String, String)] {
    switch self {
    case .binaryCrossEntropy(let labels, let combination):
      [("loss.kind", "bce"), ("loss.discriminator", combination.rawValue)] + labels.settings
    case .wasserstein(let clip): [("loss.kind", "wgan"), ("loss.clip", shortest(clip))]
    case .wassersteinPenalty(let weight): [("loss.kind", "wganGP"), ("loss.penalty", shortest(weight))]
    }
  }
}

extension LabelSpecification {
  fileprivate var settings: [(String, String)] {
    switch self {
    case .fixed(let real, let fake):
      [
        ("loss.smoothing.kind", "fixed"), ("loss.smoothing.real", shortest(real)),
        ("loss.smoothing.fake", shortest(fake)),
      ]
    case .random(let amplitude):
      [("loss.smoothing.kind", "random"), ("loss.smoothing.amplitude", shortest(amplitude))]
    }
  }
}

extension AdamSpecification {
  fileprivate func settings(_ path: String) -> [Setting] {
    scalars(
      path,
      [
        ("kind", kind.rawValue), ("learningRate", shortest(learningRate)),
        ("betas", "[\(shortest(beta1)), \(shortest(beta2))]"), ("weightDecay", shortest(weightDecay)),
        ("epsilon", shortest(epsilon)),
      ])
  }
}

extension OutputSettings {
  fileprivate var settings: [Setting] {
    scalars(
      "output",
      [
        ("folder", quoted(folder)), ("samples.every", "\(samples.every)"), ("samples.count", "\(samples.count)"),
        ("samples.batchNorm", samples.statistics.rawValue), ("samples.latents", samples.latents.rawValue),
        ("samples.columns", "\(samples.grid.columns)"), ("samples.padding", "\(samples.grid.padding)"),
        ("samples.normalize", samples.grid.range.rawValue), ("samples.final", "\(samples.final)"),
        ("samples.afterResume", "\(samples.afterResume)"), ("checkpoints.every", "\(checkpoints.every)"),
        ("checkpoints.keep", "\(checkpoints.keep)"), ("checkpoints.best", checkpoints.best.rawValue),
        ("log.every", "\(log.every)"),
        ("log.format", log.format.rawValue), ("log.losses", log.losses.rawValue), ("onnx", onnx.rawValue),
        ("tensorboard", "\(tensorboard)"),
      ])
  }
}

func scalars(_ path: String, _ pairs: [(String, String)]) -> [Setting] {
  pairs.map { Setting(key: "\(path).\($0.0)", value: .scalar($0.1)) }
}
