import GAN

extension ModelSpecification {
  /// The keys of `model`; the images' side and channels are those of `data.image`.
  mutating func declare(_ keys: any SettingKeys) {
    keys.group("latent", "Latents, the input of G.") { keys in
      keys.value("size", &latent.size, .whole(1...65536), "Length of a latent vector.")
      keys.value("distribution", &latent.distribution, .choice, "Normal, or uniform in [-1, 1].")
    }
    keys.group("generator", "G: a preset, or a list of layers.") { generator.declare($0, hasDropout: false) }
    keys.group("discriminator", "D: a preset, or a list of layers.") { discriminator.declare($0, hasDropout: true) }
    keys.group("init", "Initial values of the parameters.") { initialization.declare($0) }
  }
}

extension NetworkSpecification {
  fileprivate mutating func declare(_ keys: any SettingKeys, hasDropout: Bool) {
    var (preset, layers) = (PresetSpecification(.dcgan), [LayerSpecification]?.none)
    switch self {
    case .preset(let own): preset = own
    case .layers(let own): layers = own
    }
    keys.value("layers", &layers, .layers, "The layers themselves, each a name and its settings, such as - relu: {}.")
    keys.only(
      where: layers == nil, "without layers",
      refusal: "found beside layers, expected either a preset and its settings, or layers."
    ) { keys in
      keys.value("preset", &preset.preset, .choice, "The network of a published recipe.")
      keys.value("width", &preset.width, .whole(1...4096), "Channels of the widest map; others are multiples of it.")
      keys.value(
        "bias", &preset.bias, .orNull(.truth), "Whether convolutions have biases; null for the recipe's own choice.")
      keys.value("batchNorm", &preset.batchNorm, .truth, "Whether there is batch norm.")
      if hasDropout {
        keys.value(
          "dropout", &preset.dropout, .orNull(.number(.belowOne)),
          "The share that dropout sets to 0; null for the recipe's own choice.")
        keys.value(
          "spectralNorm", &preset.spectralNorm, .truth,
          "Whether D's weights are divided by their largest singular value (spectral normalization).")
      }
    }
    self = layers.map { .layers($0) } ?? .preset(preset)
  }
}

extension InitializationSpecification {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value(
      "weights", &weights, .weights,
      "Weights of convolutions: a distribution, or framework (also kaimingUniform): PyTorch's default, uniform within "
        + "±1/√inputs of an output.")
    keys.value("dense", &dense, .orNull(.weights), "The same for dense layers; null for the value of weights.")
    keys.value(
      "biases", &biases, .choice, "framework is PyTorch's default, uniform within the same bounds as its weights.")
    var scale = [scaleMean, scaleDeviation]
    keys.value(
      "batchNorm", &scale, .batchNormScale, "Mean and standard deviation of batch norm's scale; framework is 1, always."
    )
    (scaleMean, scaleDeviation) = (scale[0], scale[1])
  }
}

extension SettingKind where Value == [LayerSpecification]? {
  fileprivate static var layers: Self {
    Self("a list of 1 to \(SettingSection.layerLimit) layers, such as - relu: {}") { node, section, key in
      // A value that is no list is invalid; a missing value is not.
      section.layers(node, key).map { .some($0) }
    } print: {
      $0.map { .list($0.map(\.yaml)) }
    }
  }
}

extension SettingKind where Value == InitializationSpecification.Weights {
  fileprivate static var weights: Self {
    Self("framework, kaimingUniform, {normal: DEVIATION} or {truncatedNormal: DEVIATION}") { node, section, key in
      // PyTorch calls its default kaiming_uniform_ with a = √5.
      if node.text == "framework" || node.text == "kaimingUniform" { return .framework }
      return section.section(key).normalWeights()
    } print: {
      switch $0 {
      case .normal(let deviation): .scalar("{normal: \(shortest(deviation))}")
      case .truncatedNormal(let deviation): .scalar("{truncatedNormal: \(shortest(deviation))}")
      case .framework: .scalar("framework")
      }
    }
  }
}

extension SettingKind where Value == [Float] {
  fileprivate static var batchNormScale: Self {
    Self("framework or {normal: [MEAN, DEVIATION]}") { node, section, key in
      if node.text == "framework" { return [1, 0] }
      let scale = section.section(key)
      defer { scale.finish() }
      return scale.read("normal", .scale) ?? [1, 0.02]
    } print: {
      .scalar("{normal: [\(shortest($0[0])), \(shortest($0[1]))]}")
    }
  }

  private static var scale: Self {
    Self("[mean, deviation], such as [1, 0.02], the deviation from 0 on") { node in
      node.list { $0.number(Float.self) }.flatMap { $0.count == 2 && $0[1] >= 0 ? $0 : nil }
    } text: {
      "\($0)"
    }
  }
}

extension SettingSection {
  fileprivate func normalWeights() -> InitializationSpecification.Weights {
    defer { finish() }
    let (normal, truncated) = (node("normal") != nil, node("truncatedNormal") != nil)
    if normal, truncated { report("truncatedNormal", "found beside normal, expected one of them.") }
    if isGroup, !normal, !truncated {
      problems.add(
        "\(path): found neither normal nor truncatedNormal, expected a deviation, such as {normal: 0.02}.", at: place)
    }
    let deviation: Float = number(truncated ? "truncatedNormal" : "normal", .positive, default: 0.02)
    return truncated ? .truncatedNormal(deviation: deviation) : .normal(deviation: deviation)
  }
}
