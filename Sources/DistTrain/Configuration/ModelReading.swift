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
      guard case .preset(let preset, _) = network, !preset.imageSizes.contains(imageSize) else { continue }
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
      for other in ["preset", "width"] where section.node(other) != nil {
        section.report(other, "found beside layers, expected either a preset and its width, or layers.")
      }
      return .layers(section.layers("layers"))
    }
    return .preset(
      section.choice("preset", default: .dcgan, later: ["same5", "ganlab"]),
      width: section.integer("width", 1...4096, default: 64))
  }

  private func initialization() -> InitializationSpecification {
    let section = section("init")
    defer { section.finish() }
    let standard = InitializationSpecification()
    var specification = standard
    specification.weightDeviation = section.weightDeviation() ?? standard.weightDeviation
    _ = section.choice("biases", default: BiasStart.zero, later: ["framework"])
    if section.isLater("batchNorm") { return specification }
    let scale = section.section("batchNorm")
    let pair = scale.read("normal", expected: "[mean, deviation], such as [1, 0.02], the deviation from 0 on") { node in
      node.list { $0.number(Float.self) }.flatMap { $0.count == 2 && $0[1] >= 0 ? $0 : nil }
    }
    if let pair { (specification.scaleMean, specification.scaleDeviation) = (pair[0], pair[1]) }
    scale.finish()
    return specification
  }

  private func weightDeviation() -> Float? {
    if isLater("weights") { return nil }
    let weights = section("weights")
    if weights.node("truncatedNormal") != nil {
      weights.reportLater("truncatedNormal", "truncatedNormal", accepted: ["normal"])
    }
    let deviation = weights.number("normal", .positive, default: InitializationSpecification().weightDeviation)
    weights.finish()
    return deviation
  }

  /// Reports `framework` in place of a group.
  private func isLater(_ key: String) -> Bool {
    guard node(key)?.text == "framework" else { return false }
    reportLater(key, "framework", accepted: ["{normal: …}"])
    return true
  }
}

private enum BiasStart: String, CaseIterable {
  case zero
}
