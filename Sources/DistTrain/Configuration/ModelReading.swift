import GAN

extension SettingSection {
  /// The section `model`. `imageKeys` is where a size that the presets lack is reported.
  func model(imageSize: Int, imageChannels: Int, imageKeys: SettingSection) -> ModelSpecification {
    let latentKeys = section("latent")
    let latent = LatentSpecification(
      size: latentKeys.integer("size", 1...65536, default: 100),
      distribution: latentKeys.choice("distribution", default: .normal))
    latentKeys.finish()
    let specification = ModelSpecification(
      latent: latent, generator: network("generator"), discriminator: network("discriminator"),
      initialization: initialization(), imageSize: imageSize, imageChannels: imageChannels)
    finish()
    for network in [specification.generator, specification.discriminator] {
      guard case .preset(let named) = network, !named.preset.imageSizes.contains(imageSize) else { continue }
      let preset = named.preset
      let sizes = preset.imageSizes.map(String.init).joined(separator: ", ")
      imageKeys.report(
        "size",
        "found \(imageSize), expected one of \(sizes) for the preset \(preset.rawValue). "
          + "Other sizes need a list of layers.")
      break
    }
    return specification
  }

  private func network(_ key: String) -> NetworkSpecification {
    let section = section(key)
    defer { section.finish() }
    if section.node("layers") != nil {
      for other in ["preset", "width", "bias", "batchNorm", "dropout"] where section.node(other) != nil {
        section.report(other, "found beside layers, expected either a preset and its settings, or layers.")
      }
      return .layers(section.layers("layers"))
    }
    var preset = PresetSpecification(
      section.choice("preset", default: .dcgan), width: section.integer("width", 1...4096, default: 64))
    if section.present("bias") != nil { preset.bias = section.boolean("bias", default: false) }
    preset.batchNorm = section.boolean("batchNorm", default: true)
    if key == "discriminator", section.present("dropout") != nil {
      preset.dropout = section.number("dropout", .belowOne, default: 0)
    }
    return .preset(preset)
  }

  private func initialization() -> InitializationSpecification {
    let section = section("init")
    defer { section.finish() }
    var specification = InitializationSpecification()
    specification.weights = section.weights("weights") ?? specification.weights
    specification.dense = section.weights("dense")
    specification.biases = section.choice("biases", default: .zero)
    if section.node("batchNorm")?.text == "framework" {
      (specification.scaleMean, specification.scaleDeviation) = (1, 0)
      return specification
    }
    let scale = section.section("batchNorm")
    let pair = scale.read("normal", expected: "[mean, deviation], such as [1, 0.02], the deviation from 0 on") { node in
      node.list { $0.number(Float.self) }.flatMap { $0.count == 2 && $0[1] >= 0 ? $0 : nil }
    }
    if let pair { (specification.scaleMean, specification.scaleDeviation) = (pair[0], pair[1]) }
    scale.finish()
    return specification
  }

  /// `framework`, or the deviation of a normal distribution; nil where nothing is said.
  private func weights(_ key: String) -> InitializationSpecification.Weights? {
    guard let node = present(key) else { return nil }
    if node.text == "framework" { return .framework }
    let weights = section(key)
    defer { weights.finish() }
    let (normal, truncated) = (weights.node("normal") != nil, weights.node("truncatedNormal") != nil)
    if normal, truncated { weights.report("truncatedNormal", "found beside normal, expected one of them.") }
    if weights.isGroup, !normal, !truncated {
      report(key, "found neither normal nor truncatedNormal, expected a deviation, such as {normal: 0.02}.")
    }
    let name = truncated ? "truncatedNormal" : "normal"
    let deviation: Float = weights.number(name, .positive, default: 0.02)
    return truncated ? .truncatedNormal(deviation: deviation) : .normal(deviation: deviation)
  }
}
