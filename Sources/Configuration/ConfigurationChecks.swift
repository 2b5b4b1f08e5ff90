import Files
import GAN
import Reporting

extension Configuration {
  /// Checks that concern several keys: shapes that fit, batches that can be filled.
  func checkTogether(_ root: SettingSection) {
    checkNetworks(root.section("model"))
    checkBatches(root)
    // What a checkpoint recorded has been trained: its generator may still be used.
    if !root.origin.isRecorded { checkSingleValues(root) }
    if output.checkpoints.best != .none, data.validation == 0 {
      root.section("output").section("checkpoints").report(
        "best",
        "found \(output.checkpoints.best.rawValue), which needs held-out images, expected data.validation over 0."
      )
    }
    if output.checkpoints.best == .lossHeldOut, train.rules.loss.loss.comparesPairs {
      root.section("output").section("checkpoints").report(
        "best",
        "found lossHeldOut beside a loss that compares real images with fakes, expected another measure: such a loss "
          + "has no value for held-out images alone.")
    }
    if output.checkpoints.best == .slicedWasserstein, model.image.width < OutputSettings.Best.smallestSide {
      root.section("output").section("checkpoints").report(
        "best",
        "found slicedWasserstein for images of \(model.image.width) pixels a side, expected at least "
          + "\(OutputSettings.Best.smallestSide), a patch of this distance. Choose lossHeldOut, or raise data.image.size."
      )
    }
    if root.problems.all.isEmpty { check(kernels, root.section("kernels")) }
  }

  /// Reports a size that a preset lacks, at the key of the size.
  func checkPresets(_ root: SettingSection) {
    for case .preset(let named) in [model.generator, model.discriminator]
    where !model.image.isSquare || !named.preset.imageSizes.contains(model.image.width) {
      let sizes = named.preset.imageSizes.map(String.init).joined(separator: ", ")
      root.section("data").section("image").report(
        "size",
        "found \(model.image.width), expected one of \(sizes) for the preset \(named.preset.rawValue). "
          + "Other sizes need a list of layers.")
      return
    }
  }

  private func checkNetworks(_ section: SettingSection) {
    let image = model.image
    let latent = FeatureShape(channels: model.latent.size, height: 1, width: 1)
    let generator = model.generatorLayers
    check(
      generator, from: latent, to: [image], "the image's \(image), as data.image says", section, "generator")
    if let place = generator.firstIndex(where: \.isBranch) {
      section.report("generator", "layer \(place) is a branch, expected none: a generator makes one image.")
    }
    if generator.last == .relu {
      section.report(
        "generator", "ends in relu, expected tanh: images are in [-1, 1] and relu makes nothing below 0.")
    }
    let loss = train.rules.loss.loss
    let logits = type(of: loss).logits.map { FeatureShape(channels: $0, height: 1, width: 1) }
    check(
      model.discriminatorLayers, from: image, to: logits,
      logits.count > 1 ? "one logit, \(logits[0]), or two" : "one score, \(logits[0])", section, "discriminator")
    if loss.gradientPenalty != nil { checkCritic(section) }
    if let place = model.generatorLayers.firstIndex(where: \.hasSpectralNorm) {
      section.report(
        "generator",
        "layer \(place) has spectralNorm: true, expected it in the discriminator only: a generator is exported without "
          + "it. Leave it out.")
    }
  }

  private func checkCritic(_ section: SettingSection) {
    guard let place = model.discriminatorLayers.firstIndex(where: { !$0.isPiecewiseLinear }) else { return }
    section.report(
      "discriminator",
      "layer \(place) is \(model.discriminatorLayers[place].yaml), which the gradient penalty of loss.kind wganGP does not "
        + "support: expected piecewise linear layers that treat each sample alone. batchNorm: false makes a preset "
        + "without batch norm.")
  }

  private func check(
    _ layers: [LayerSpecification], from input: FeatureShape, to outputs: [FeatureShape], _ expected: String,
    _ section: SettingSection, _ key: String
  ) {
    do {
      let shapes = try inferredShapes(of: layers, from: input)
      let found = try outputShapes(of: layers, from: input)
      guard let wrong = found.first(where: { !outputs.contains($0) }) else { return }
      section.report(
        key,
        "makes \(wrong) of \(input) in \(quantity(layers.count, "layer")), expected \(expected). Shapes after each "
          + "layer: " + shapes.map(\.description).joined(separator: ", ") + ".")
    } catch {
      section.report(key, "\(error).")
    }
  }

  /// Batch norm over a single value: of one image on 1×1 maps.
  private func checkSingleValues(_ root: SettingSection) {
    if train.batch == 1, let norm = model.singleValueNorm {
      root.section("train").report(
        "batch", "found 1, expected at least 2: \(norm). Raise train.batch, or leave this batchNorm out.")
    }
    let samples = root.section("output").section("samples")
    guard let norm = model.singleValueNorm(by: output.samples.statistics) else { return }
    let advice =
      model.singleValueNorm(by: .running) == nil
      ? "or set output.samples.batchNorm: running" : "or leave this batchNorm out"
    for (key, count) in [("count", output.samples.count), ("final", output.samples.final)] where count == 1 {
      samples.report(key, "found 1, expected \(key == "final" ? "0 or " : "")at least 2: \(norm). Raise it, \(advice).")
    }
  }

  private func checkBatches(_ root: SettingSection) {
    let train = root.section("train")
    if case .fixed(let count) = self.train.shards, count > self.train.batch {
      train.report(
        "shards",
        "found \(count), expected at most the \(quantity(self.train.batch, "image")) of a batch. "
          + "Lower train.shards, or raise train.batch.")
    }
    guard data.lastBatch == .drop else { return }
    let batch = self.train.batch
    let advice = "With lastBatch: drop there would be no step; lower train.batch, or use lastBatch: keep."
    let section = root.section("data")
    if let limit = data.limit, limit < batch {
      section.report("limit", "found \(limit), expected at least the batch of \(batch). \(advice)")
    } else if data.source == .synthetic, data.syntheticCount < batch {
      section.section("synthetic").report(
        "count", "found \(data.syntheticCount), expected at least the batch of \(batch). \(advice)")
    }
  }
}
